//! Other people's words, so that they can be shown: nothing in them steers a terminal or turns the
//! reading direction.

/// What stands for a character that cannot be shown.
const REPLACED: char = '\u{fffd}';

/// `text` as it can be shown, its lines kept.
pub fn lines(text: &str) -> String {
    let tame = |c: char| if steers(c) && c != '\n' && c != '\t' { REPLACED } else { c };
    text.replace("\r\n", "\n").chars().map(tame).collect()
}

/// `text` as it can be shown on one line.
pub fn line(text: &str) -> String {
    lines(text).replace(['\n', '\t'], " ")
}

/// Control characters, the marks that turn the reading direction (UAX #9), and what some programs take
/// for the end of a line or for nothing.
fn steers(c: char) -> bool {
    let turns = matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    c.is_control() || turns || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[rustfmt::skip]
    fn what_steers_is_replaced_and_words_of_all_languages_stay() {
        let table = [
            // said                                     lines                                     line
            ("250 ok",                                  "250 ok",                                 "250 ok"),
            ("one\r\ntwo\tthree\nfour",                 "one\ntwo\tthree\nfour",                  "one two three four"),
            ("\u{1b}[2J\u{9b}1m\0\r",                   "\u{fffd}[2J\u{fffd}1m\u{fffd}\u{fffd}",  "\u{fffd}[2J\u{fffd}1m\u{fffd}\u{fffd}"),
            ("a\u{202e}b\u{2066}c\u{200f}d\u{61c}e",    "a\u{fffd}b\u{fffd}c\u{fffd}d\u{fffd}e",  "a\u{fffd}b\u{fffd}c\u{fffd}d\u{fffd}e"),
            ("a\u{2028}b\u{2029}c\u{feff}d",            "a\u{fffd}b\u{fffd}c\u{fffd}d",           "a\u{fffd}b\u{fffd}c\u{fffd}d"),
            ("Grüße, مرحبا, 你好, 👩\u{200d}💻",          "Grüße, مرحبا, 你好, 👩\u{200d}💻",         "Grüße, مرحبا, 你好, 👩\u{200d}💻"),
        ];
        for (said, shown, on_one_line) in table {
            assert_eq!((lines(said).as_str(), line(said).as_str()), (shown, on_one_line));
        }
    }
}
