// The browser sends the cookie of the session by itself: the page does nothing for it.

const find = (id) => document.getElementById(id);
const say = (text) => { find("message").textContent = text; };

const ask = (method, path, body) => fetch(path, {
  method,
  headers: body ? { "content-type": "application/json" } : {},
  body: body && JSON.stringify(body),
});

async function show() {
  const reply = await ask("GET", "/auth/sessions");
  const inside = reply.ok;
  find("enter").hidden = inside;
  find("inside").hidden = !inside;
  if (!inside) return;
  find("who").textContent = await (await ask("GET", "/whoami")).json();
  const { sessions } = await reply.json();
  find("sessions").replaceChildren(...sessions.map(row));
}

function row(session) {
  const line = document.createElement("tr");
  const cell = (content) => {
    const cell = line.insertCell();
    cell.append(content);
  };
  const when = (text) => new Date(text).toLocaleString();
  cell(session.client?.user_agent ?? "unknown");
  cell(when(session.created_at));
  cell(when(session.last_used_at));
  if (session.is_current) {
    cell("this one");
  } else {
    const end = document.createElement("button");
    end.textContent = "End";
    end.onclick = () => act("DELETE", `/auth/sessions/${session.session_id}`);
    cell(end);
  }
  return line;
}

async function act(method, path, body) {
  const reply = await ask(method, path, body);
  const text = reply.status === 204 ? "" : await reply.text();
  say(reply.ok ? "" : JSON.parse(text).detail);
  await show();
  return reply.ok && text ? JSON.parse(text) : null;
}

find("enter").onsubmit = async (event) => {
  event.preventDefault();
  const form = new FormData(event.target);
  const [email, password] = [form.get("email"), form.get("password")];
  if (event.submitter?.name === "register") {
    const made = await ask("POST", "/auth/register", { email, password });
    if (!made.ok) return say((await made.json()).detail);
  }
  const entered = await ask("POST", "/auth/login", { identifier: email, password });
  if (!entered.ok) return say((await entered.json()).detail);
  say("");
  await show();
};
find("logout").onclick = () => act("POST", "/auth/logout");
find("others").onclick = () => act("POST", "/auth/sessions/revoke-others");
find("greet").onclick = async () => say(await act("POST", "/greet"));

show();
