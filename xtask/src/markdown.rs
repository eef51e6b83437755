//! The fenced blocks of a Markdown page.

/// Returns the first block of a language that fulfils a condition.
pub(crate) fn first(
    markdown: &str,
    language: &str,
    condition: impl Fn(&str) -> bool,
) -> Option<String> {
    blocks(markdown, language)
        .into_iter()
        .find(|block| condition(block))
}

/// Returns every block of a language, with a line break at the end of each line.
pub(crate) fn blocks(markdown: &str, language: &str) -> Vec<String> {
    let mut blocks = Vec::new();
    let mut open: Option<(bool, String)> = None;
    for line in markdown.lines() {
        let fence = line.trim_start().strip_prefix("```");
        match (&mut open, fence) {
            (Some(_), Some(_)) => {
                let block = open.take().filter(|(wanted, _)| *wanted);
                blocks.extend(block.map(|(_, text)| text));
            }
            (Some((_, text)), None) => {
                text.push_str(line);
                text.push('\n');
            }
            (None, Some(info)) => {
                let named = info.split([',', ' ']).next();
                open = Some((named == Some(language), String::new()));
            }
            (None, None) => {}
        }
    }
    blocks
}

#[cfg(test)]
mod tests {
    use super::{blocks, first};

    const PAGE: &str = "# Title\n```toml\n[dependencies]\n```\n```sh\nls\n```\n\
                        ```rust\nlet a = 1;\n```\n```rust,no_run\nfn main() {}\n```\n";

    #[test]
    fn blocks_are_selected_by_language() {
        assert_eq!(blocks(PAGE, "rust"), ["let a = 1;\n", "fn main() {}\n"]);
        assert_eq!(blocks(PAGE, "toml"), ["[dependencies]\n"]);
        assert_eq!(blocks("```rust\nnot closed\n", "rust"), [""; 0]);
    }

    #[test]
    fn program_is_the_first_block_with_a_main_function() {
        let program = first(PAGE, "rust", |block| block.contains("fn main"));
        assert_eq!(program.as_deref(), Some("fn main() {}\n"));
        assert_eq!(first(PAGE, "json", |_| true), None);
    }
}
