// What an application does with the generated client: every path, body and status is checked by the compiler.
import createClient from "openapi-fetch";
import type { paths } from "./client.js";

const baseUrl = process.argv[2];
if (baseUrl === undefined) throw new Error("usage: journey.js BASE_URL");

const account = { email: "ada@example.com", password: "a mill that weaves algebra" };
const anonymous = createClient<paths>({ baseUrl });

function check(condition: boolean, what: string): asserts condition {
  if (!condition) throw new Error(what);
}

const registered = await anonymous.POST("/auth/register", { body: account });
check(registered.response.status === 201, `register: ${registered.response.status}`);

// A problem is typed: its codes are those that this route can answer.
const wrong = await anonymous.POST("/auth/login", {
  body: { identifier: account.email, password: "a wrong password" },
});
check(wrong.error !== undefined, "a wrong password logs in");
check(wrong.error.code === "LOGIN_BAD_CREDENTIALS", `wrong password: ${wrong.error.code}`);
// @ts-expect-error: a code that this route never answers does not compile.
check(wrong.error.code !== "REGISTER_USER_ALREADY_EXISTS", "login answers a code of another route");

const login = await anonymous.POST("/auth/login", {
  body: { identifier: account.email, password: account.password },
});
check(login.data !== undefined, `login: ${login.response.status}`);
const { access_token, refresh_token } = login.data;
check(refresh_token !== undefined, "login returns no refresh token");

const headers = (token: string) => ({ authorization: `Bearer ${token}` });
const client = createClient<paths>({ baseUrl, headers: headers(access_token) });

const me = await client.GET("/users/me");
check(me.data !== undefined, `me: ${me.response.status}`);
check(me.data.email === account.email, `me: ${me.data.email}`);

const refreshed = await anonymous.POST("/auth/refresh", { body: { refresh_token } });
check(refreshed.data !== undefined, `refresh: ${refreshed.response.status}`);
check(refreshed.data.access_token !== access_token, "refresh returns the old token");

const again = await anonymous.GET("/users/me", {
  headers: headers(refreshed.data.access_token),
});
check(again.data !== undefined, `me with the new token: ${again.response.status}`);

console.log("register, wrong password, login, me, refresh: as the document says");
