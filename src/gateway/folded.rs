//! What names come to for a search: accents, apostrophes, hyphens and capitals make no difference.

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// Words of a query that are looked for; what comes after them is not.
const MOST_WORDS: usize = 16;

/// A text as it is searched: words in lower case without marks, one space between them.
pub fn folded(text: &str) -> String {
    let mut all = String::with_capacity(text.len());
    for letter in text.nfkd().filter(|letter| !is_combining_mark(*letter)).flat_map(char::to_lowercase) {
        match letter {
            '\'' | '\u{2018}' | '\u{2019}' | '\u{201B}' | '\u{02BC}' | '\u{02BB}' | '`' | '\u{B4}' | '\u{2032}' => {}
            '-' | ',' | '.' | '\u{2010}'..='\u{2015}' | '\u{2212}' => all.push(' '),
            // These do not come apart into a letter and a mark.
            'ł' => all.push('l'),
            'ø' => all.push('o'),
            'đ' | 'ð' => all.push('d'),
            'ı' => all.push('i'),
            'þ' => all.push_str("th"),
            'ß' => all.push_str("ss"),
            'æ' => all.push_str("ae"),
            'œ' => all.push_str("oe"),
            other => all.push(other),
        }
    }
    // Lower case of some capitals is a letter and a mark.
    all.retain(|letter| !is_combining_mark(letter));
    all.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The words that all have to be found, in any order. A number is often read aloud and typed in groups: it is one word.
pub fn words(query: &str) -> Vec<String> {
    let folded = folded(query);
    let joined: String = folded.chars().filter(|letter| *letter != ' ').collect();
    if !joined.is_empty() && joined.bytes().all(|byte| byte.is_ascii_digit()) {
        return vec![joined];
    }
    folded.split(' ').filter(|word| !word.is_empty()).take(MOST_WORDS).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_apostrophes_hyphens_and_capitals_make_no_difference() {
        for (one, other) in [
            ("Aoife Ní Dhomhnaill", "aoife ni dhomhnaill"),
            ("O’Brien", "o'brien"),
            ("Siân  Ŵyn-Morris", "Sia\u{302}n wyn morris"),
            ("Stanisław Łódź", "STANISLAW LODZ"),
            ("İnci Strauß", "inci STRAUSS"),
        ] {
            assert_eq!(folded(one), folded(other));
        }
        assert_eq!(folded("O’Brien-Ní"), "obrien ni");
    }

    #[test]
    fn a_query_is_its_words_and_a_number_is_one() {
        assert_eq!(words("  Lark  Desmond "), ["lark", "desmond"]);
        assert_eq!(words("555 0000-00017"), ["555000000017"]);
        assert!(words(" ’ ").is_empty());
        assert_eq!(words(&"a ".repeat(5_000)).len(), MOST_WORDS);
    }
}
