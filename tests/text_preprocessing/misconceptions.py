"""What students get wrong in text_preprocessing, as edits of the reference."""

from dlcourse.authoring import Misconception

MISCONCEPTIONS = {
    "word_tokenize": [
        Misconception(
            "tags_deleted_without_a_space",
            "Tags are deleted, so the words on both sides of a tag are glued to one. A tag often "
            "is the only border between two words; put a space in its place.",
            {'</?[a-z][^>]*>", " "': '</?[a-z][^>]*>", ""'},
        ),
        Misconception(
            "greedy_tags",
            "The pattern for a tag runs on to the last > of the line and takes all the text "
            "between the first and the last tag with it. A tag ends at the next >.",
            {"[^>]*>": ".*>"},
        ),
        Misconception(
            "dot_stops_at_line_breaks",
            "A tag that runs over two lines stays in the text: in a regular expression the dot "
            "does not match a line break unless it is told to.",
            {"[^>]*>": ".*?>"},
        ),
        Misconception(
            "every_angle_bracket_is_a_tag",
            "Whatever stands between < and > is taken for a tag, so a comparison such as a < b and "
            "c > d loses its middle. A tag has a letter, or a slash and a letter, right behind the "
            "<.",
            {"</?[a-z][^>]*>": "<[^>]*>"},
        ),
        Misconception(
            "punctuation_first",
            "Punctuation is removed before URLs and addresses are looked for. They are recognised "
            "by their punctuation; afterwards they are words such as httpsexamplecom.",
            {
                '    text = re.sub(r"(https?': (
                    '    text = "".join(c for c in text if c.isalpha() or c.isspace())\n'
                    '    text = re.sub(r"(https?'
                ),
            },
        ),
        Misconception(
            "urls_before_tags",
            "URLs are removed before tags. A URL goes on to the next white space, so it takes a "
            "tag that follows, and the word behind that, with it.",
            {
                (
                    '    text = re.sub(r"</?[a-z][^>]*>", " ", text)\n'
                    '    text = re.sub(r"(https?://|www\\.)\\S*", " ", text)\n'
                ): (
                    '    text = re.sub(r"(https?://|www\\.)\\S*", " ", text)\n'
                    '    text = re.sub(r"</?[a-z][^>]*>", " ", text)\n'
                ),
            },
        ),
        Misconception(
            "alternatives_without_brackets",
            "In a regular expression | has the lowest precedence: without brackets around the "
            "alternatives, the first one is only http://, and the rest of the URL stays as words.",
            {"(https?://|www\\.)\\S*": "https?://|www\\.\\S*"},
        ),
        Misconception(
            "address_from_letters_only",
            "Only a part of the run around the @ is removed, up to the nearest point, sign or "
            "bracket. The rest of the address stays behind as words such as org. Take the whole "
            "run up to the white space.",
            {"\\S+@\\S+": "\\w+@\\w+"},
        ),
        Misconception(
            "white_space_not_collapsed",
            "Runs of spaces stay. Each replacement puts in a space of its own, so splitting at a "
            "single space would give empty words.",
            {'" ".join(text.split())': "text.strip()"},
        ),
        Misconception(
            "letters_are_a_to_z",
            "Only a to z count as letters, so é breaks a word in two and other alphabets vanish. "
            "str.isalpha knows them all.",
            {"c.isalpha()": '"a" <= c <= "z"'},
        ),
        Misconception(
            "digits_kept",
            "Digits are kept. str.isalnum is true for them, str.isalpha is not.",
            {"c.isalpha()": "c.isalnum()"},
        ),
        Misconception(
            "accents_not_composed",
            "A letter followed by a combining accent is torn apart, because the accent by itself "
            "is no letter. Bring the text to form NFC first.",
            {'unicodedata.normalize("NFC", text)': "text"},
        ),
        Misconception(
            "compatibility_forms",
            "The text is brought to form NFKC, which replaces the ligature ﬁ by f and i, and "
            "more. NFC only composes accents.",
            {'"NFC"': '"NFKC"'},
        ),
        Misconception(
            "decomposed_accents",
            "The text is brought to form NFD, which takes accents off their letters; the accent "
            "by itself is no letter. NFC composes them.",
            {'"NFC"': '"NFD"'},
        ),
        Misconception(
            "casefold_for_lower",
            "str.casefold is for comparing: it turns ß into ss. The text is to be made small "
            "with str.lower.",
            {".lower()": ".casefold()"},
        ),
        Misconception(
            "addresses_before_urls",
            "Addresses are removed before URLs. A run such as see:https://a@b.c then goes as a "
            "whole, with its first word.",
            {
                '    text = re.sub(r"(https?://|www\\.)\\S*", " ", text)\n    text = re.sub(r"\\S+@\\S+", " ", text)\n':
                    '    text = re.sub(r"\\S+@\\S+", " ", text)\n    text = re.sub(r"(https?://|www\\.)\\S*", " ", text)\n',
            },
        ),
        Misconception(
            "urls_at_the_beginning_of_words_only",
            "A URL counts only where a word begins. http:// and www. start one anywhere, inside "
            "a word, too.",
            {'"(https?': '"\\b(https?'},
        ),
        Misconception(
            "http_without_s_left",
            "Only https:// is recognised. http:// starts a URL as well.",
            {"(https?://": "(https://"},
        ),
        Misconception(
            "https_left",
            "Only http:// is recognised. https:// starts a URL as well.",
            {"(https?://": "(http://"},
        ),
        Misconception(
            "any_scheme_is_a_url",
            "Whatever stands before :// starts a URL here. Only http://, https:// and www. do.",
            {"(https?://": "(\\w+://"},
        ),
        Misconception(
            "www_without_a_point",
            "www starts a URL without its point, so that the word www goes, too.",
            {"www\\.)": "www)"},
        ),
        Misconception(
            "point_of_www_matches_anything",
            "The point after www is not escaped, so that it stands for any character, a space, "
            "too.",
            {"www\\.)": "www.)"},
        ),
        Misconception(
            "url_ends_at_a_space_only",
            "A URL goes on over line breaks, up to the next space. It ends at any white space.",
            {")\\S*": ")[^ ]*"},
        ),
        Misconception(
            "url_of_listed_characters",
            "A URL ends at the first character that is not in a list, and the rest stays as "
            "words. It goes up to the next white space, whatever stands in it.",
            {")\\S*": ")[\\w./?=&#-]*"},
        ),
        Misconception(
            "address_needs_a_domain",
            "An address is recognised by the shape of a domain, with a point in it. Here it is "
            "any run with an @ inside.",
            {"\\S+@\\S+": "[\\w.+-]+@[\\w-]+\\.[\\w.-]+"},
        ),
        Misconception(
            "lone_at_signs_are_addresses",
            "A run that only begins or ends with @ is removed, too. An address has at least one "
            "character on both sides.",
            {"\\S+@\\S+": "\\S*@\\S*"},
        ),
        Misconception(
            "punctuation_deleted",
            "Signs are deleted, which glues what they separate: snake_case becomes snakecase. "
            "Each is to be replaced by a space.",
            {'else " " for c': 'else " " * c.isspace() for c'},
        ),
        Misconception(
            "ascii_punctuation_only",
            "Only the digits and signs of ASCII are replaced. Whatever is no letter goes, other "
            "signs, too.",
            {"c.isalpha()": "not (c.isascii() and not c.isalpha())"},
        ),
        Misconception(
            "apostrophes_kept",
            "Apostrophes are kept. They are no letters, so that don't becomes don t.",
            {"c.isalpha()": "c.isalpha() or c == \"'\""},
        ),
        Misconception(
            "underscores_and_digits_are_letters",
            "The regular expression \\w takes digits and the underscore for letters. str.isalpha "
            "does not.",
            {"c.isalpha()": 're.match(r"\\w", c)'},
        ),
        Misconception(
            "tags_without_end",
            "A < with a letter behind it starts a tag even where no > follows, and the text up "
            "to the end goes. Without a > it is no tag.",
            {"[^>]*>": "[^>]*>?"},
        ),
        Misconception(
            "tags_without_attributes",
            "Only tags without attributes are recognised. A tag goes on to the next >, whatever "
            "stands in between.",
            {"</?[a-z][^>]*>": "</?[a-z]+[0-9]?/?>"},
        ),
        Misconception(
            "several_slashes_in_a_tag",
            "Several slashes are allowed before a tag's letter. There is at most one.",
            {"</?[a-z]": "</*[a-z]"},
        ),
        Misconception(
            "spaces_inside_of_tags",
            "Blanks are allowed between < and the letter of a tag. The letter follows at once, "
            "so that a comparison is no tag.",
            {"</?[a-z]": "<\\s*/?\\s*[a-z]"},
        ),
        Misconception(
            "spaces_left_at_the_ends",
            "Runs of white space are reduced, but one space is left at the ends.",
            {'" ".join(text.split())': 're.sub(r"\\s+", " ", text)'},
        ),
        Misconception(
            "lower_case_at_the_end",
            "The text is made small last. Until then HTTP:// is no URL and <H1> is no tag.",
            {"text).lower()": "text)", '" ".join(text.split())': '" ".join(text.split()).lower()'},
        ),
        Misconception(
            "entities_decoded",
            "Entities such as &amp; are decoded, and &lt;b&gt; becomes a tag that is removed. "
            "Here they are left alone.",
            {
                "    text = unicodedata":
                    "    import html\n    text = html.unescape(text)\n    text = unicodedata",
            },
        ),
        Misconception(
            "accents_removed",
            "Accents are taken off their letters: é becomes e. It is a letter of its own, which "
            "NFC composes and str.isalpha knows.",
            {
                '    text = unicodedata.normalize("NFC", text).lower()\n':
                    '    text = unicodedata.normalize("NFD", text).lower()\n    text = "".join(c for c in text if not unicodedata.combining(c))\n',
            },
        ),
        Misconception(
            "addresses_before_tags",
            "Addresses are removed first. In <p>Mail joe@x.org.</p> the run goes on into the "
            "tags and takes what touches them along.",
            {
                '    text = re.sub(r"</?[a-z][^>]*>", " ", text)\n    text = re.sub(r"(https?://|www\\.)\\S*", " ", text)\n    text = re.sub(r"\\S+@\\S+", " ", text)\n':
                    '    text = re.sub(r"\\S+@\\S+", " ", text)\n    text = re.sub(r"</?[a-z][^>]*>", " ", text)\n    text = re.sub(r"(https?://|www\\.)\\S*", " ", text)\n',
            },
        ),
        Misconception(
            "split_at_white_space",
            "The text is split at white space only. Punctuation stays stuck to the words, and end "
            "and end. become different types.",
            {
                're.findall(rf"{clitic}|{number}|{before_not}|{word}|\\S", text, re.IGNORECASE)':
                    "text.split()",
            },
        ),
        Misconception(
            "numbers_cut_at_commas",
            "150,000 is cut at its comma. A comma or point between two digits is a part of the "
            "number.",
            {r"\d+(?:[.,]\d+)*": r"\d+"},
        ),
        Misconception(
            "numbers_keep_a_final_point",
            "The number takes the point or comma behind it as well. It belongs to the number only "
            "if a digit follows; otherwise it is punctuation.",
            {r"\d+(?:[.,]\d+)*": r"\d[\d.,]*"},
        ),
        Misconception(
            "not_split_at_the_apostrophe",
            "can't is split at its apostrophe into can and 't. The second half is the word not: it "
            "is n't, with the n.",
            {"(?:n't|'(?:s|re|ve|ll|d|m))": "(?:'(?:t|s|re|ve|ll|d|m))", "{before_not}|": ""},
        ),
        Misconception(
            "contractions_not_split",
            "A word with an apostrophe stays in one piece: it's and dog's are types of their own, "
            "apart from it and dog.",
            {'(?:[^\\W_]|-(?=[^\\W_]))*"': "(?:[^\\W_]|[-'](?=[^\\W_]))*\"", "{before_not}|": ""},
        ),
        Misconception(
            "clitic_without_its_end",
            "An apostrophe and an s are taken for a clitic although the word goes on: 'strong' in "
            "quotation marks loses its s. A clitic counts only if no letter or digit follows.",
            {"(?:s|re|ve|ll|d|m))\\b": "(?:s|re|ve|ll|d|m))"},
        ),
        Misconception(
            "capitals_not_recognised",
            "Contractions in capitals, as in DON'T, are not recognised. The rules are the same for "
            "capitals.",
            {", text, re.IGNORECASE)": ", text)"},
        ),
        Misconception(
            "hyphens_cut",
            "state-of-the-art is cut at its hyphens. A hyphen with a letter or digit behind it "
            "belongs to the word.",
            {"(?:[^\\W_]|-(?=[^\\W_]))*": "(?:[^\\W_])*"},
        ),
        Misconception(
            "hyphen_at_the_end_kept",
            "A hyphen at the end of a word is kept with it. It belongs to the word only if a "
            "letter or digit follows.",
            {"-(?=[^\\W_])": "-"},
        ),
        Misconception(
            "punctuation_dropped",
            "Punctuation is missing. Joined together, the tokens must be the text without its "
            "white space: the last rule takes every other character.",
            {"|{word}|\\S": "|{word}"},
        ),
        Misconception(
            "lower_cased",
            "The tokens are in lower case. A tokenizer returns the text as it stands; lower case "
            "is a decision of its own, and loses the difference between US and us.",
            {'\\S", text, re': '\\S", text.lower(), re'},
        ),
        Misconception(
            "curly_apostrophes_accepted",
            "The curly apostrophe ’ counts as an apostrophe. Only ' is one here; ’ is any other "
            "character, a token by itself.",
            {
                'return re.findall(rf"{clitic}|{number}|{before_not}|{word}|\\S", text, re.IGNORECASE)':
                    "tokens = re.findall(rf\"{clitic}|{number}|{before_not}|{word}|\\S\", text.replace(\"’\", \"'\"), re.IGNORECASE)\n    return tokens",
            },
        ),
        Misconception(
            "letters_a_to_z_only",
            "Only a to z are taken for letters. A letter is what [^\\W\\d_] matches, é and ж "
            "among them.",
            {'word = r"[^\\W\\d_](?:[^\\W_]|-(?=[^\\W_]))*"': 'word = r"[a-z](?:[a-z0-9]|-(?=[a-z0-9]))*"'},
        ),
        Misconception(
            "digits_0_to_9_only",
            "Only 0 to 9 are taken for digits. \\d matches those of other scripts, too.",
            {"\\d+(?:[.,]\\d+)*": "[0-9]+(?:[.,][0-9]+)*"},
        ),
        Misconception(
            "underscore_in_words",
            "The underscore is taken for a letter, as \\w does. It is a token of its own.",
            {'word = r"[^\\W\\d_](?:[^\\W_]|-(?=[^\\W_]))*"': 'word = r"[^\\W\\d](?:\\w|-(?=\\w))*"'},
        ),
        Misconception(
            "i_am_not_split",
            "'m is missing among the clitics: I'm is I and 'm.",
            {"|ll|d|m))": "|ll|d))"},
        ),
        Misconception(
            "every_ending_is_a_clitic",
            "An apostrophe and any letters behind it are taken for a clitic. There are six; "
            "before other letters the apostrophe is a token by itself.",
            {"'(?:s|re|ve|ll|d|m))": "'[^\\W\\d_]+)"},
        ),
        Misconception(
            "clitic_before_a_digit_or_underscore",
            "A clitic is taken although a digit or an underscore follows. It counts only if no "
            "letter, digit or underscore comes next.",
            {"|ll|d|m))\\b": "|ll|d|m))(?![^\\W\\d_])", "(?=n't\\b)": "(?=n't(?![^\\W\\d_]))"},
        ),
        Misconception(
            "clitic_before_an_underscore",
            "A clitic is taken although an underscore follows. It counts only if no letter, "
            "digit or underscore comes next.",
            {"|ll|d|m))\\b": "|ll|d|m))(?![^\\W_])", "(?=n't\\b)": "(?=n't(?![^\\W_]))"},
        ),
        Misconception(
            "one_letter_before_not_missed",
            "A single letter before n't is not split off. The word ends before n't after its "
            "first letter.",
            {'before_not = word + r"?': 'before_not = word[:-1] + r"+?'},
        ),
        Misconception(
            "thousands_only",
            "Commas count only between groups of three digits, and one point. A number is digits "
            "with single commas or points between them.",
            {"\\d+(?:[.,]\\d+)*": "\\d{1,3}(?:,\\d{3})*(?:\\.\\d+)?"},
        ),
        Misconception(
            "sign_in_the_number",
            "A minus sign belongs to the number here. By the rules a number starts with a digit; "
            "- is a token by itself.",
            {"\\d+(?:[.,]\\d+)*": "-?\\d+(?:[.,]\\d+)*"},
        ),
        Misconception(
            "words_end_at_digits",
            "A word ends at its first digit. After the first letter digits belong to it: "
            "word2vec is one token.",
            {"(?:[^\\W_]|-(?=[^\\W_]))*": "(?:[^\\W\\d_]|-(?=[^\\W\\d_]))*"},
        ),
        Misconception(
            "hyphen_before_letters_only",
            "A hyphen before a digit ends the word. A letter or a digit may follow it: GPT-2 is "
            "one token.",
            {"-(?=[^\\W_])": "-(?=[^\\W\\d_])"},
        ),
        Misconception(
            "several_hyphens_in_a_row",
            "Several hyphens in a row are kept in the word. Behind a hyphen a letter or digit "
            "must follow at once.",
            {"-(?=[^\\W_])": "-+(?=[^\\W_])"},
        ),
        Misconception(
            "runs_of_punctuation",
            "Signs in a row are one token. The last rule takes one single character.",
            {"|{word}|\\S": "|{word}|[^\\w\\s]+|\\S"},
        ),
        Misconception(
            "composed_first",
            "The text is brought to form NFC first. Tokens are returned as they stand in the "
            "text.",
            {", text, re.IGNORECASE": ', unicodedata.normalize("NFC", text), re.IGNORECASE'},
        ),
        Misconception(
            "ascii_only",
            "With re.ASCII only a to z are letters and 0 to 9 digits. Leave the flag out.",
            {"re.IGNORECASE": "re.IGNORECASE | re.ASCII"},
        ),
        Misconception(
            "url_needs_something_behind",
            "http:// and www. with nothing behind them are left. A URL goes up to the next white space, however "
            "near that is.",
            {")\\S*": ")\\S+"},
        ),
        Misconception(
            "www_left",
            "URLs that begin with www. are left. They are URLs without http://, too.",
            {"(https?://|www\\.)": "(https?://)"},
        ),
        Misconception(
            "address_needs_a_point_behind",
            "An address is removed only if a point follows its @. Any run with an @ and a character on both sides "
            "is one.",
            {"\\S+@\\S+": "\\S+@\\S+\\.\\S+"},
        ),
        Misconception(
            "address_of_letters_and_points",
            "The address ends at the first character that is no letter, digit or point, and the rest stays as "
            "words. Take the whole run.",
            {"\\S+@\\S+": "[\\w.]+@[\\w.]+"},
        ),
        Misconception(
            "tags_of_letters_only",
            "A tag is letters only here, so that <h1> and tags with attributes stay. Everything up to the next > "
            "belongs to it.",
            {"</?[a-z][^>]*>": "</?[a-z]+>"},
        ),
        Misconception(
            "t_is_a_clitic",
            "'t is taken for a clitic. It is not in the list: the second half of can't is n't, and 't by itself "
            "is two tokens.",
            {"'(?:s|re|ve|ll|d|m))": "'(?:s|t|re|ve|ll|d|m))"},
        ),
        Misconception(
            "word_takes_the_n",
            "The word takes all letters, the n of n't among them: can and 't. It ends before n't.",
            {"{before_not}|": ""},
        ),
        Misconception(
            "one_comma_or_point",
            "A number has one comma or point at most. 1,234.5 has two.",
            {"\\d+(?:[.,]\\d+)*": "\\d+(?:[.,]\\d+)?"},
        ),
        Misconception(
            "thousands_behind_any_digits",
            "Commas count only before groups of three digits, and one point behind them. A number is digits with "
            "single commas or points between them.",
            {"\\d+(?:[.,]\\d+)*": "\\d+(?:,\\d{3})*(?:\\.\\d+)?"},
        ),
        Misconception(
            "hyphens_in_numbers",
            "A hyphen between digits belongs to the number here: 1990-95. Only commas and points do.",
            {"\\d+(?:[.,]\\d+)*": "\\d+(?:[.,-]\\d+)*"},
        ),
        Misconception(
            "words_without_digits",
            "A word has no digits here. After the first letter digits belong to it: word2vec is one token.",
            {"(?:[^\\W_]|-(?=[^\\W_]))*": "(?:[^\\W\\d_]|-(?=[^\\W_]))*"},
        ),
    ],
    "bpe_train": [
        Misconception(
            "overlapping_pairs_counted_once",
            "In a a a the pair is counted once. It is counted at both places; only the joining "
            "leaves overlaps out.",
            {
                "            for pair in zip(symbols, symbols[1:]):\n                counts[pair] += word_freqs[word]\n":
                    "            taken = None\n            for i, pair in enumerate(zip(symbols, symbols[1:])):\n                if taken == (i - 1, pair):\n                    continue\n                taken = i, pair\n                counts[pair] += word_freqs[word]\n",
            },
        ),
        Misconception(
            "frequencies_ignored",
            "Each word of the dict counts once. Its frequency says how often it stands in the "
            "corpus, and each time it brings its pairs along.",
            {"counts[pair] += word_freqs[word]": "counts[pair] += 1"},
        ),
        Misconception(
            "joined_by_string_replacement",
            "The pair is replaced in a string of symbols with spaces between them. That joins "
            "across the borders of symbols: re s becomes res although the pair is e and s. Compare "
            "whole symbols.",
            {
                "    merged, i = [], 0\n": (
                    '    return " ".join(symbols).replace(" ".join(pair), "".join(pair)).split()\n'
                    "    merged, i = [], 0\n"
                ),
            },
        ),
        Misconception(
            "only_the_first_occurrence_joined",
            "A pair is joined once per word. A merge applies to all its occurrences.",
            {
                "            i += 2\n":
                    "            i += 2\n            merged += symbols[i:]\n            break\n",
            },
        ),
        Misconception(
            "pairs_across_words",
            "The last symbol of a word and the first of the next are counted as a pair. Words are "
            "units: which word stands next to which in the dict says nothing about the text.",
            {
                "            for pair in zip(symbols, symbols[1:]):\n": (
                    "            later = [s for w in list(words)[list(words).index(word) + 1 :] for s in words[w]]\n"
                    "            for pair in zip(symbols, symbols[1:] + later[:1]):\n"
                ),
            },
        ),
        Misconception(
            "ties_by_the_alphabet",
            "Among equally frequent pairs the alphabet decides. Here the pair that comes first in "
            "the corpus wins.",
            {"max(counts, key=counts.get)": "max(counts, key=lambda p: (counts[p], p))"},
        ),
        Misconception(
            "ties_to_the_last",
            "Among equally frequent pairs the last one wins, as it does when a running maximum is "
            "replaced by equal values, too. The first one should.",
            {"max(counts, key=counts.get)": "max(reversed(list(counts)), key=counts.get)"},
        ),
        Misconception(
            "no_end_mark",
            "The words have no end mark. Then an ending such as est cannot be told from the same "
            "letters inside a word, and the text cannot be put together again.",
            {'[*word, "</w>"]': "[*word]"},
        ),
        Misconception(
            "counted_only_once",
            "The pairs are counted once, before the first merge, and the most frequent ones are "
            "returned. Each merge makes new symbols and takes old pairs away, so the counts must "
            "be taken anew.",
            {
                "        if not counts:\n":
                    "        for pair in merges:\n            del counts[pair]\n        if not counts:\n",
                "        words = {word: merge_pair(symbols, best) for word, symbols in words.items()}\n":
                    "",
            },
        ),
        Misconception(
            "pair_counted_once_per_word",
            "A pair that stands twice in a word is counted once. Every position counts.",
            {"in zip(symbols, symbols[1:]):": "in dict.fromkeys(zip(symbols, symbols[1:])):"},
        ),
        Misconception(
            "joined_in_place",
            "The list that was passed is changed. A new list is asked for; the caller may need "
            "the old one.",
            {"    return merged\n": "    symbols[:] = merged\n    return symbols\n"},
        ),
        Misconception(
            "same_list_where_nothing_is_joined",
            "Where the pair does not occur, the list itself comes back. A new list is asked for: "
            "else a change of the result changes the argument.",
            {"    return merged\n": "    return merged if merged != symbols else symbols\n"},
        ),
        Misconception(
            "compared_by_joined_text",
            "Two symbols are joined if their text together is that of the pair. th + e and t + "
            "he give the same text and are different pairs.",
            {
                "if tuple(symbols[i : i + 2]) == pair:":
                    'if i + 1 < len(symbols) and symbols[i] + symbols[i + 1] == "".join(pair):',
            },
        ),
        Misconception(
            "last_symbol_lost",
            "The last symbol is lost when it is not part of a pair: the loop ends one too early.",
            {"while i < len(symbols):": "while i < len(symbols) - 1:"},
        ),
        Misconception(
            "joined_from_the_right",
            "Pairs are joined from right to left. In a a a the first two are joined: aa a.",
            {
                "    return merged\n":
                    '    merged, i = [], len(symbols)\n    while i > 0:\n        if tuple(symbols[max(i - 2, 0) : i]) == pair:\n            merged.insert(0, "".join(pair))\n            i -= 2\n        else:\n            merged.insert(0, symbols[i - 1])\n            i -= 1\n    return merged\n',
            },
        ),
        Misconception(
            "capitals_made_small",
            "Words are made small first. Capitals are symbols of their own here.",
            {'[*word, "</w>"]': '[*word.lower(), "</w>"]'},
        ),
        Misconception(
            "first_to_reach_the_count",
            "A tie goes to the pair whose running count got there first. It goes to the pair "
            "that stands first in the words; count everything, then compare.",
            {
                "        counts = collections.Counter()\n":
                    "        counts, leader = collections.Counter(), None\n",
                "                counts[pair] += word_freqs[word]\n":
                    "                counts[pair] += word_freqs[word]\n                leader = pair if leader is None or counts[pair] > counts[leader] else leader\n",
                "max(counts, key=counts.get)": "leader",
            },
        ),
        Misconception(
            "words_sorted_by_the_alphabet",
            "The words are sorted first. Ties go by the order of the dict.",
            {"for word in word_freqs}": "for word in sorted(word_freqs)}"},
        ),
        Misconception(
            "words_sorted_by_frequency",
            "The words are sorted by frequency first. Ties go by the order of the dict.",
            {"for word in word_freqs}": "for word in sorted(word_freqs, key=lambda w: -word_freqs[w])}"},
        ),
        Misconception(
            "ties_to_the_smallest_pair",
            "Ties go to the pair that comes first in the alphabet. The first in the order of the "
            "words wins.",
            {"max(counts, key=counts.get)": "min(counts, key=lambda p: (-counts[p], p))"},
        ),
        Misconception(
            "stopped_at_pairs_that_occur_once",
            "Learning ends when no pair occurs twice. It goes on until no two adjacent symbols "
            "are left.",
            {"if not counts:": "if max(counts.values(), default=0) < 2:"},
        ),
        Misconception(
            "joined_texts_for_pairs",
            "The list holds the joined symbols. Pairs are asked for: th + e and t + he are two "
            "merges.",
            {"    return merges\n": '    return ["".join(pair) for pair in merges]\n'},
        ),
        Misconception(
            "end_mark_in_four_pieces",
            "The end mark is cut into < / w >. It is one symbol.",
            {'[*word, "</w>"]': '[*word, *"</w>"]'},
        ),
        Misconception(
            "no_pair_left_raises",
            "When no pair is left, the maximum of nothing is an error. Return the merges that "
            "were found.",
            {"        if not counts:\n            break\n": ""},
        ),
        Misconception(
            "joined_in_either_order",
            "Two symbols are joined whichever comes first. The pair (x, y) is not the pair (y, x).",
            {
                "if tuple(symbols[i : i + 2]) == pair:":
                    "if i + 1 < len(symbols) and set(symbols[i : i + 2]) == set(pair):",
            },
        ),
        Misconception(
            "counts_kept_from_round_to_round",
            "The counter is made once and goes on counting: the pairs of earlier rounds stay in it. Each round "
            "begins with a new one.",
            {
                "    for _ in range(n_merges):\n        counts = collections.Counter()\n":
                    "    counts = collections.Counter()\n    for _ in range(n_merges):\n",
            },
        ),
        Misconception(
            "shared_space_of_a_string",
            "The pair is replaced in a string with a space around each symbol. Of two occurrences side by side, "
            "as in a b a b, the second is missed: the space between them is used up.",
            {
                "    merged, i = [], 0\n":
                    '    text = " " + " ".join(symbols) + " "\n    return text.replace(" " + " ".join(pair) + " ", " " + "".join(pair) + " ").split()\n    merged, i = [], 0\n',
            },
        ),
    ],
    "bpe_encode": [
        Misconception(
            "longest_piece_from_the_left",
            "The longest known piece is taken from the left. That is how WordPiece reads. BPE "
            "replays its merges in the order in which they were learned, and an early merge can "
            "forbid a longer piece.",
            {
                "    for pair in merges:\n        symbols = merge_pair(symbols, pair)\n    return symbols": (
                    "    pieces, out = {a + b for a, b in merges}, []\n"
                    "    while symbols:\n"
                    '        sizes = [j for j in range(1, len(symbols) + 1) if j == 1 or "".join(symbols[:j]) in pieces]\n'
                    '        out.append("".join(symbols[: sizes[-1]]))\n'
                    "        symbols = symbols[sizes[-1] :]\n"
                    "    return out"
                ),
            },
        ),
        Misconception(
            "each_merge_joins_once",
            "Each merge joins only its first occurrence. A pair that stands twice in a word is "
            "joined twice.",
            {
                "        symbols = merge_pair(symbols, pair)\n": (
                    "        places = [i for i in range(len(symbols) - 1) if tuple(symbols[i : i + 2]) == pair]\n"
                    "        if places:\n"
                    "            i = places[0]\n"
                    "            symbols = symbols[:i] + [symbols[i] + symbols[i + 1]] + symbols[i + 2 :]\n"
                ),
            },
        ),
        Misconception(
            "encoded_without_end_mark",
            "The word has no end mark, so no merge that was learned with it can apply, and the end "
            "of the word is lost.",
            {'symbols = [*word, "</w>"]': "symbols = [*word]"},
        ),
        Misconception(
            "end_mark_added_afterwards",
            "The end mark is added after the merges. It is a symbol like the others and takes part "
            "in them: est and </w> are joined to one piece.",
            {
                'symbols = [*word, "</w>"]': "symbols = [*word]",
                "    return symbols\n": '    return [*symbols, "</w>"]\n',
            },
        ),
        Misconception(
            "last_merge_first",
            "The merges are applied from the last to the first. Later merges join what earlier "
            "ones have made, so they find nothing yet.",
            {"for pair in merges:": "for pair in reversed(merges):"},
        ),
        Misconception(
            "an_empty_word_at_the_end",
            "There is an empty word at the end. Splitting at the end marks gives one part more "
            "than there are marks.",
            {"    return words\n": '    return "".join(symbols).split("</w>")\n'},
        ),
        Misconception(
            "joined_text_cut_at_the_marks",
            "All symbols are joined before the text is cut at the end marks. A word that holds the "
            "characters </w> by itself, one symbol each, is then cut in two. Ask of each symbol "
            "whether it ends a word.",
            {"    return words\n": '    return "".join(symbols).split("</w>")[:-1]\n'},
        ),
        Misconception(
            "symbols_taken_for_words",
            "Each symbol became a word. Only the end mark ends a word.",
            {
                "    return words\n":
                    '    return [symbol.removesuffix("</w>") for symbol in symbols]\n',
            },
        ),
        Misconception(
            "replaced_in_a_string",
            'The word is kept as one string with spaces, in which "e s" also stands in "re st". '
            "Compare whole symbols.",
            {
                "        symbols = merge_pair(symbols, pair)\n":
                    '        symbols = " ".join(symbols).replace(" ".join(pair), "".join(pair)).split()\n',
            },
        ),
        Misconception(
            "unknown_letters_replaced",
            "Letters that stand in no merge become <unk>. They stay as they are: BPE has no "
            "unknown words.",
            {
                "    return symbols\n":
                    '    known = "".join(a + b for a, b in merges)\n    return [s if len(s) > 1 or s in known else "<unk>" for s in symbols]\n',
            },
        ),
        Misconception(
            "encoded_in_small_letters",
            "The word is made small first. Its characters are to be kept.",
            {'[*word, "</w>"]': '[*word.lower(), "</w>"]'},
        ),
        Misconception(
            "joined_from_the_right",
            "Occurrences are joined from right to left. In o o o the first two are joined.",
            {
                "        symbols = merge_pair(symbols, pair)\n":
                    "        symbols = [s[::-1] for s in merge_pair([s[::-1] for s in symbols[::-1]], (pair[1][::-1], pair[0][::-1]))][::-1]\n",
            },
        ),
        Misconception(
            "end_marks_replaced_by_spaces",
            "The marks are replaced by spaces in the joined text, which is then split. Words "
            "that are empty, or that hold the four characters, come out wrong. Look at each "
            "symbol.",
            {"    return words\n": '    return "".join(symbols).replace("</w>", " ").split()\n'},
        ),
        Misconception(
            "one_string_for_words",
            "One string comes back, with spaces. A list of words is asked for.",
            {"    return words\n": '    return " ".join(words)\n'},
        ),
        Misconception(
            "characters_of_the_mark_stripped",
            "str.rstrip takes a set of characters: it removes every <, /, w and > at the end. "
            "Remove the mark as a whole.",
            {'word.removesuffix("</w>")': 'word.rstrip("</w>")'},
        ),
        Misconception(
            "every_mark_in_a_word_removed",
            "All four characters in a row are removed, also in the middle of a word. Only the "
            "mark at its end goes.",
            {'word.removesuffix("</w>")': 'word.replace("</w>", "")'},
        ),
        Misconception(
            "mark_alone_ends_no_word",
            "Only a symbol that is longer than the mark ends a word. The mark may stand alone.",
            {'if symbol.endswith("</w>"):': 'if symbol.endswith("</w>") and symbol != "</w>":'},
        ),
        Misconception(
            "only_the_mark_alone_ends_a_word",
            "Only the mark by itself ends a word. Merges attach it to other symbols: est</w> "
            "ends one, too.",
            {'if symbol.endswith("</w>"):': 'if symbol == "</w>":'},
        ),
        Misconception(
            "word_never_begun_anew",
            "The word goes on growing behind its end mark. Begin an empty one after each.",
            {'            word = ""\n': ""},
        ),
        Misconception(
            "letters_of_no_merge_dropped",
            "Letters that stand in no merge are left out. They stay as symbols of their own.",
            {
                '    symbols = [*word, "</w>"]\n':
                    '    known = {c for a, b in merges for c in a + b}\n    symbols = [c for c in word if c in known or not merges] + ["</w>"]\n',
            },
        ),
        Misconception(
            "merges_used_up",
            "The merges are taken out of the list as they are applied, so that the next word finds none. Leave "
            "the argument as it is.",
            {
                "    for pair in merges:\n        symbols = merge_pair(symbols, pair)\n":
                    "    while merges:\n        symbols = merge_pair(symbols, merges.pop(0))\n",
            },
        ),
    ],
    "byte_train": [
        Misconception(
            "spaces_apart",
            "The space is a piece of its own. It belongs to the word, number or mark behind it, so that a token "
            "knows that a word begins.",
            {
                "| ?{letter}+| ?\\d+| ?(?:[^\\w\\s]|_)+|": "|{letter}+|\\d+|(?:[^\\w\\s]|_)+|",
            },
        ),
        Misconception(
            "runs_of_spaces_kept_whole",
            "A run of white space is one piece, the last space too. That one goes with the word behind it: look ahead.",
            {r"\s+(?!\S)|\s+": r"\s+"},
        ),
        Misconception(
            "any_white_space_before_a_word",
            "A line break or tab before a word is taken into its piece. Only the space is.",
            {r"| ?{letter}+| ?\d+| ?(?:": r"|\s?{letter}+|\s?\d+|\s?(?:"},
        ),
        Misconception(
            "many_spaces_before_a_word",
            "All spaces before a word go into its piece. Only one does.",
            {r"| ?{letter}+| ?\d+| ?(?:": r"| *{letter}+| *\d+| *(?:"},
        ),
        Misconception(
            "underscore_is_a_letter",
            "The underscore is taken for a letter. It is neither letter nor digit here: rule 4.",
            {r'letter = r"[^\W\d_]"': r'letter = r"[^\W\d]"'},
        ),
        Misconception(
            "underscore_lost",
            "The underscore is in no rule, so that it disappears. Joined together the pieces are the text.",
            {r"(?:[^\w\s]|_)+": r"[^\w\s]+"},
        ),
        Misconception(
            "letters_and_digits_together",
            "Letters and digits are one piece. They are two: GPT and 2.",
            {r'letter = r"[^\W\d_]"': r'letter = r"[^\W_]"'},
        ),
        Misconception(
            "letters_a_to_z",
            "Only a to z are letters. Other alphabets have letters, too.",
            {r'letter = r"[^\W\d_]"': 'letter = r"[a-zA-Z]"'},
        ),
        Misconception(
            "contractions_in_capitals",
            "Rule 1 holds for small letters only. GPT-2 cuts DON'T as DON, ' and T.",
            {"re.findall(rules, text)": "re.findall(rules, text, re.IGNORECASE)"},
        ),
        Misconception(
            "contractions_end_words",
            "A contraction is recognised only at the end of a word. Rule 1 does not ask what comes next.",
            {"'(?:s|t|re|ve|m|ll|d)|": "'(?:s|t|re|ve|m|ll|d)\\b|"},
        ),
        Misconception(
            "no_contractions",
            "'s and the others are no pieces: rule 1 is missing.",
            {"'(?:s|t|re|ve|m|ll|d)| ?": " ?"},
        ),
        Misconception(
            "marks_one_by_one",
            "Each mark is a piece of its own. Rule 4 takes a whole run.",
            {r"(?:[^\w\s]|_)+": r"(?:[^\w\s]|_)"},
        ),
        Misconception(
            "split_at_white_space",
            "The text is split at white space, which is lost. The pieces must be the text when they are joined.",
            {
                "    return re.findall(": "    return text.split()\n    return re.findall(",
            },
        ),
        Misconception(
            "frequencies_of_pieces_ignored",
            "Each different piece counts once. It counts as often as it stands in the texts.",
            {"list(freqs.values())": "[1] * len(freqs)"},
        ),
        Misconception(
            "ties_to_the_largest",
            "Among equal counts the largest pair wins. The smallest should.",
            {"best = min(pair": "best = max(pair"},
        ),
        Misconception(
            "ties_to_the_first",
            "Among equal counts the pair that was met first wins. The smallest pair of ids should, whatever the order of the text.",
            {"best = min(pair for pair, count in counts.items() if count == largest)": "best = max(counts, key=counts.get)"},
        ),
        Misconception(
            "ties_by_the_sum",
            "Ties go by the sum of the two ids. Compare the first ids, then the second.",
            {"best = min(pair for pair, count in counts.items() if count == largest)": "best = min((pair for pair, count in counts.items() if count == largest), key=lambda p: (sum(p), p))"},
        ),
        Misconception(
            "neighbours_keep_their_counts",
            "Only the merged pair is taken out of the counts. Its left and right neighbours have lost a pair each, too.",
            {
                "                counts[pair] -= weights[i]\n                if counts[pair] == 0:\n": (
                    "                if pair != best:\n                    counts[pair] -= 0\n                    continue\n"
                    "                counts[pair] -= weights[i]\n                if counts[pair] == 0:\n"
                ),
                "            for pair in zip(words[i], words[i][1:]):\n                counts[pair] += weights[i]\n                where": (
                    "            for pair in zip(words[i], words[i][1:]):\n"
                    "                counts[pair] += weights[i] if 256 + len(merges) in pair else 0\n                where"
                ),
            },
        ),
        Misconception(
            "new_pairs_not_in_the_index",
            "The pairs that a merge makes are counted, but not noted in the index. When one of them wins, no piece is found for it.",
            {"                counts[pair] += weights[i]\n                where[pair].add(i)\n        merges": "                counts[pair] += weights[i]\n        counts.pop(best, None)\n        merges"},
        ),
        Misconception(
            "counted_once_at_the_start",
            "The counts are those of the beginning. Each merge takes pairs away and makes new ones.",
            {
                "        for i in where.pop(best):\n": "        del counts[best]\n        for i in []:\n",
            },
        ),
        Misconception(
            "a_pair_once_per_piece",
            "A pair that stands twice in a piece is counted once. Every place counts.",
            {
                "        for pair in zip(ids, ids[1:]):": "        for pair in set(zip(ids, ids[1:])):",
                "            for pair in zip(words[i], words[i][1:]):\n                counts[pair] -=": "            for pair in set(zip(words[i], words[i][1:])):\n                counts[pair] -=",
                "            for pair in zip(words[i], words[i][1:]):\n                counts[pair] +=": "            for pair in set(zip(words[i], words[i][1:])):\n                counts[pair] +=",
            },
        ),
        Misconception(
            "characters_for_bytes",
            "The ids are the characters' numbers, not bytes. é is two bytes in UTF-8, 195 and 169.",
            {"list(piece.encode())": "list(map(ord, piece))"},
        ),
        Misconception(
            "texts_run_together",
            "All texts are joined before they are split. A piece then reaches from one document into the next.",
            {"for text in texts for piece in gpt2_split(text))": "for piece in gpt2_split(\"\".join(texts)))"},
        ),
        Misconception(
            "new_ids_begin_at_257",
            "The first merge makes the id 257. It makes 256: the bytes end at 255.",
            {"best, 256 + len(merges))": "best, 257 + len(merges))"},
        ),
        Misconception(
            "only_the_first_pair_joined",
            "A pair is joined once per piece. A merge joins all its occurrences.",
            {"            i += 2\n": "            return joined + ids[i + 2 :]\n"},
        ),
        Misconception(
            "last_id_lost",
            "The last id is lost when it is not part of a pair.",
            {"while i < len(ids):": "while i < len(ids) - 1:"},
        ),
        Misconception(
            "joined_in_place",
            "The list that was passed is changed. A new list is asked for.",
            {"    return joined\n": "    ids[:] = joined\n    return ids\n"},
        ),
        Misconception(
            "stops_at_pairs_that_occur_once",
            "Learning ends when no pair occurs twice. It ends when there is no pair.",
            {"        best = min(": "        if largest < 2:\n            break\n        best = min("},
        ),
        Misconception(
            "no_pair_left_raises",
            "When no pair is left, the largest count of none is an error. Return the merges that were found.",
            {"while counts and len(merges) < n_merges:": "while len(merges) < n_merges:"},
        ),
        Misconception(
            "everything_counted_again",
            "The merges are right, but all pairs are counted again for each of them, which takes too long. Keep the counts, and repair those of the "
            "pieces that hold the pair.",
            {
                "        largest = max(": (
                    "        counts = collections.Counter()\n        for j, ids in enumerate(words):\n"
                    "            for pair in zip(ids, ids[1:]):\n                counts[pair] += weights[j]\n"
                    "        if not counts:\n            break\n        largest = max("
                ),
            },
        ),
        Misconception(
            "digits_0_to_9_only",
            "Only 0 to 9 are digits here. \\d matches those of other scripts, too.",
            {"| ?\\d+|": "| ?[0-9]+|"},
        ),
        Misconception(
            "one_digit_at_a_time",
            "Each digit is a piece. Rule 3 takes a whole run.",
            {"| ?\\d+|": "| ?\\d|"},
        ),
        Misconception(
            "contraction_with_its_space",
            "A space before a contraction is taken along. Rule 1 begins at the apostrophe; the space is left to a "
            "rule before it.",
            {'rf"\'(?:s|t': 'rf" ?\'(?:s|t'},
        ),
        Misconception(
            "d_is_missing",
            "'d is missing in rule 1.",
            {"'(?:s|t|re|ve|m|ll|d)|": "'(?:s|t|re|ve|m|ll)|"},
        ),
        Misconception(
            "overlapping_pairs_joined",
            "Where three equal ids stand in a row, the middle one is joined twice. After a join go on behind "
            "both.",
            {"            i += 2\n": "            i += 2 if pair[0] != pair[1] else 1\n"},
        ),
        Misconception(
            "pieces_not_cut",
            "The texts are not split: pairs cross from one word to the next.",
            {"for text in texts for piece in gpt2_split(text))": "for piece in texts)"},
        ),
        Misconception(
            "texts_joined_by_a_line_break",
            "All texts are joined before they are split. The sign between them is then a piece that no text "
            "holds.",
            {"for text in texts for piece in gpt2_split(text))": 'for piece in gpt2_split("\\n".join(texts)))'},
        ),
        Misconception(
            "latin_letters",
            "The text is encoded as Latin-1, which has one byte for é and none for €. Take UTF-8.",
            {"list(piece.encode())": 'list(piece.encode("latin-1", "replace"))'},
        ),
        Misconception(
            "ties_by_the_second_id",
            "Ties go by the second id first. Compare the first ids, then the second.",
            {
                "best = min(pair for pair, count in counts.items() if count == largest)":
                    "best = min((pair for pair, count in counts.items() if count == largest), key=lambda p: (p[1], p[0]))",
            },
        ),
        Misconception(
            "new_pairs_counted_once",
            "The pairs that a merge makes count once for each piece. They count as often as the piece stands in "
            "the texts.",
            {
                "                counts[pair] += weights[i]\n                where":
                    "                counts[pair] += 1\n                where",
            },
        ),
        Misconception(
            "word_characters",
            "\\w+ takes letters, digits and the underscore in one run. A letter is [^\\W\\d_].",
            {'letter = r"[^\\W\\d_]"': 'letter = r"\\w"'},
        ),
        Misconception(
            "look_ahead_for_spaces_only",
            "Only spaces are looked ahead of. Rule 5 holds for tabs and line breaks as well.",
            {"\\s+(?!\\S)|\\s+": " +(?!\\S)|\\s+"},
        ),
        Misconception(
            "tab_before_a_mark",
            "A tab before a mark is taken into its piece. Only the space is.",
            {"| ?(?:": "|[ \\t]?(?:"},
        ),
        Misconception(
            "pairs_of_count_0_kept",
            "Pairs whose count has fallen to 0 stay among the counts, so that learning does not end. They are no "
            "pairs any more.",
            {"                if counts[pair] == 0:\n                    del counts[pair]\n": ""},
        ),
        Misconception(
            "only_the_merged_pair_subtracted",
            "Only the merged pair is taken out of the counts, and all pairs of its pieces are added once more. "
            "Take out every old pair of the piece first.",
            {
                "            for pair in zip(words[i], words[i][1:]):\n                counts[pair] -= weights[i]\n                if counts[pair] == 0:\n                    del counts[pair]\n":
                    "            counts.pop(best, None)\n",
            },
        ),
    ],
    "byte_encode": [
        Misconception(
            "decoded_id_by_id",
            "Each id is decoded by itself. A character may be spread over several tokens: join the bytes of all of them first.",
            {
                'return b"".join(vocabulary[i] for i in ids).decode("utf-8", errors="replace")':
                    'return "".join(vocabulary[i].decode("utf-8", errors="replace") for i in ids)',
            },
        ),
        Misconception(
            "broken_bytes_raise",
            "Bytes that are no UTF-8 raise an error. A model can write them; they become U+FFFD.",
            {', errors="replace"': ""},
        ),
        Misconception(
            "broken_bytes_dropped",
            "Bytes that are no UTF-8 disappear. They become U+FFFD, so that one sees that something was there.",
            {'"utf-8", errors="replace"': '"utf-8", errors="ignore"'},
        ),
        Misconception(
            "latin_letters",
            "Each byte is decoded as a letter of its own (Latin-1). The bytes are UTF-8.",
            {'.decode("utf-8", errors="replace")': '.decode("latin-1")'},
        ),
        Misconception(
            "special_tokens_dropped",
            "Special tokens disappear when ids are decoded. They stand for their text.",
            {
                "vocabulary[i] for i in ids": "vocabulary[i] for i in ids if i < 256 + len(merges)",
            },
        ),
        Misconception(
            "special_tokens_not_looked_for",
            "Special tokens are encoded like any text. Where they are allowed, each becomes its one id.",
            {"if special_ids else [text]": "if special_ids and not special else [text]"},
        ),
        Misconception(
            "special_tokens_always_allowed",
            "The letters <|end|> become a special token although none was allowed. With special=() every character is ordinary text.",
            {"    longest_first": '    special_ids = special_ids or {"<|end|>": 256 + len(merges), "<|e|>": 257 + len(merges)}\n    longest_first'},
        ),
        Misconception(
            "shortest_special_first",
            "Where two special tokens begin at the same place, the first of the list is taken. The longest is asked for.",
            {"sorted(special_ids, key=len, reverse=True)": "list(special_ids)"},
        ),
        Misconception(
            "special_signs_not_escaped",
            "The special tokens are used as a regular expression as they are, in which | and . have meanings. Escape them.",
            {"'|'.join(map(re.escape, longest_first))": "'|'.join(longest_first)"},
        ),
        Misconception(
            "special_ids_before_the_merges",
            "The special tokens have the ids from 256 on, which are those of the first merges. They come behind all merges.",
            {"{token: 256 + len(merges) + j": "{token: 256 + j"},
        ),
        Misconception(
            "special_ids_sorted",
            "The ids of special tokens follow their length or the alphabet. They follow the list.",
            {"for j, token in enumerate(special)}": "for j, token in enumerate(sorted(special))}"},
        ),
        Misconception(
            "space_around_special_tokens_lost",
            "White space beside a special token disappears. It is text.",
            {"gpt2_split(part)": "gpt2_split(part.strip() if special else part)"},
        ),
        Misconception(
            "special_token_in_place_of_all",
            "Each special token is looked for in the list's order and not from left to right, so that overlapping ones are cut differently.",
            {
                "    ids = []\n    for i, part": (
                    "    parts = [text]\n    for token in longest_first:\n"
                    "        parts = [q for k, p in enumerate(parts) for q in ([p] if k % 2 else re.split(f\"({re.escape(token)})\", p))]\n"
                    "    ids = []\n    for i, part"
                ),
            },
        ),
        Misconception(
            "no_split",
            "The text is not cut into pieces before its bytes are joined. Then pairs cross from word to word.",
            {"for piece in gpt2_split(part) for": "for piece in [part] for"},
        ),
        Misconception(
            "characters_for_bytes",
            "The ids are the characters' numbers. Take the bytes of UTF-8.",
            {"list(piece.encode())": "list(map(ord, piece))"},
        ),
        Misconception(
            "longest_piece_from_the_left",
            "The longest known token is taken from the left. The merges are replayed, the earliest first, and an early one can forbid a longer piece.",
            {
                "        ids = list(piece.encode())\n": (
                    "        known, raw, out = token_bytes(merges), piece.encode(), []\n"
                    "        while raw:\n"
                    "            size = max(n for n in range(1, len(raw) + 1) if raw[:n] in known)\n"
                    "            out.append(known.index(raw[:size]))\n"
                    "            raw = raw[size:]\n"
                    "        return out\n"
                    "        ids = list(piece.encode())\n"
                ),
            },
        ),
        Misconception(
            "latest_merge_first",
            "The pair that stands last in the list is joined first. The earliest is.",
            {"best = min(known": "best = max(known"},
        ),
        Misconception(
            "first_pair_from_the_left",
            "The first pair from the left that stands in the list is joined. The earliest in the list is, wherever it stands.",
            {"best = min(known, key=rank.get)": "best = known[0]"},
        ),
        Misconception(
            "joined_only_once",
            "Only one merge is made per piece. Go on as long as a pair stands in the list.",
            {"while known := [pair for pair in zip(ids, ids[1:]) if pair in rank]:": "if known := [pair for pair in zip(ids, ids[1:]) if pair in rank]:"},
        ),
        Misconception(
            "new_ids_begin_at_257",
            "The first merge makes the id 257. It makes 256.",
            {"256 + rank[best]": "257 + rank[best]"},
        ),
        Misconception(
            "rank_for_id",
            "The place in the list is used as the id. The first 256 ids are the bytes.",
            {"256 + rank[best]": "rank[best]"},
        ),
        Misconception(
            "merges_of_single_bytes",
            "An entry of the vocabulary holds the ids of its pair as bytes, which fails above 255. It is the sum of the two entries.",
            {"vocabulary[first] + vocabulary[second]": "bytes([first % 256, second % 256])"},
        ),
        Misconception(
            "special_tokens_not_in_the_vocabulary",
            "The vocabulary lacks the special tokens. They have ids, so they have entries.",
            {"    return vocabulary + [token.encode() for token in special]": "    return vocabulary"},
        ),
        Misconception(
            "vocabulary_of_texts",
            "The entries are strings. Half a character is no string: keep bytes.",
            {"    return vocabulary + [": "    return [entry.decode(errors=\"replace\") for entry in vocabulary] + ["},
        ),
        Misconception(
            "all_merges_for_each_word",
            "Each word goes through the whole list of merges, again and again for the same word, which takes too long. Cut each different piece once, and look only "
            "for its own pairs.",
            {
                "    @cache\n": "",
                "        while known := [pair for pair in zip(ids, ids[1:]) if pair in rank]:\n            best = min(known, key=rank.get)\n": "        for best in merges:\n",
            },
        ),
        Misconception(
            "entries_as_characters",
            "The first 256 entries are characters in UTF-8, two bytes each from 128 on. Each is one byte: "
            "bytes([i]).",
            {"[bytes([i]) for i in range(256)]": "[chr(i).encode() for i in range(256)]"},
        ),
        Misconception(
            "special_entries_before_the_merges",
            "The special tokens stand before the merges in the vocabulary. Their ids come behind all merges.",
            {
                "    for first, second in merges:\n":
                    "    vocabulary += [token.encode() for token in special]\n    for first, second in merges:\n",
                "    return vocabulary + [token.encode() for token in special]": "    return vocabulary",
            },
        ),
        Misconception(
            "decoded_without_special_tokens",
            "The vocabulary for decoding is built without the special tokens, so their ids are out of range.",
            {"token_bytes(merges, special)\n": "token_bytes(merges)\n"},
        ),
        Misconception(
            "special_ids_by_length",
            "The ids of special tokens follow their length. They follow the list; the sorted one is for looking "
            "only.",
            {
                "for j, token in enumerate(special)}":
                    "for j, token in enumerate(sorted(special, key=len, reverse=True))}",
            },
        ),
        Misconception(
            "special_list_sorted_in_place",
            "The list of special tokens is sorted itself, and a tuple cannot be. Take sorted, which makes a new "
            "list.",
            {
                "sorted(special_ids, key=len, reverse=True)":
                    "special and (special.sort(key=len, reverse=True) or special)",
            },
        ),
        Misconception(
            "signs_not_escaped",
            "The special tokens are used as a regular expression as they are, in which | and . have meanings. "
            "Escape them.",
            {
                "'|'.join(map(re.escape, longest_first))": "'|'.join(longest_first)",
                "if i % 2:": "if part in special_ids:",
            },
        ),
        Misconception(
            "special_tokens_lost_by_re_split",
            "The special tokens disappear: re.split returns what lies between them alone. Put the expression in a "
            "group.",
            {
                'f"({\'|\'.join(map(re.escape, longest_first))})"': "'|'.join(map(re.escape, longest_first))",
                "if i % 2:": "if part in special_ids:",
            },
        ),
        Misconception(
            "empty_expression_without_special_tokens",
            "With no special token the expression is empty and matches everywhere, so the text is cut into "
            "characters. Treat that case by itself.",
            {
                "if special_ids else [text]": "if True else [text]",
                "if i % 2:": "if part in special_ids:",
            },
        ),
        Misconception(
            "pieces_before_special_tokens",
            "The text is split into pieces before special tokens are looked for, and the split has cut them "
            "already. They come first.",
            {
                "if special_ids else [text]": "if False else gpt2_split(text)",
                "if i % 2:": "if part in special_ids:",
            },
        ),
        Misconception(
            "endoftext_by_default",
            "<|endoftext|> is a special token although none was allowed. By default every character is ordinary "
            "text.",
            {
                "special: Sequence[str] = ()) -> list[int]:":
                    'special: Sequence[str] = ("<|endoftext|>",)) -> list[int]:',
            },
        ),
        Misconception(
            "pieces_of_other_merges_remembered",
            "Pieces are remembered from call to call, so those of other merges come back. Remember them within "
            "one call.",
            {
                "    rank = {pair": '    global kept\n    kept = globals().get("kept", {})\n    rank = {pair',
                "    @cache\n": "",
                "        ids = list(piece.encode())\n":
                    "        if piece in kept:\n            return kept[piece]\n        ids = list(piece.encode())\n",
                "        return ids\n": "        kept[piece] = ids\n        return ids\n",
            },
        ),
    ],
    "stem_step1": [
        Misconception(
            "y_never_a_vowel",
            "y is always a consonant here. After a consonant it is a vowel; otherwise fly, sky and "
            "rhythm have none.",
            {'letter in "aeiou" or (letter == "y" and pattern.endswith("c"))': 'letter in "aeiou"'},
        ),
        Misconception(
            "y_always_a_vowel",
            "y is always a vowel here. At the beginning of a word and after a vowel it is a "
            "consonant, as in yes and toy.",
            {
                'letter in "aeiou" or (letter == "y" and pattern.endswith("c"))':
                    'letter in "aeiouy"',
            },
        ),
        Misconception(
            "y_at_the_beginning_a_vowel",
            "A y at the beginning of a word is taken for a vowel. No consonant comes before it, so "
            "it is a consonant.",
            {
                '(letter == "y" and pattern.endswith("c"))':
                    '(letter == "y" and not pattern.endswith("v"))',
            },
        ),
        Misconception(
            "s_taken_from_ss",
            "caress loses its last s. It ends in ss, and that row comes before the one for s and "
            "leaves the word as it is.",
            {'elif word.endswith("s") and not word.endswith("ss"):': 'elif word.endswith("s"):'},
        ),
        Misconception(
            "s_before_the_longer_endings",
            "The row for s is tried first. It fits every word in s, so the rows for sses, ies and "
            "ss are never reached: ponies becomes ponie and caress becomes cares. Keep the order "
            "of the table.",
            {
                (
                    '    if word.endswith(("sses", "ies")):\n        word = word[:-2]\n'
                    '    elif word.endswith("s") and not word.endswith("ss"):\n'
                ): '    if word.endswith("s"):\n',
            },
        ),
        Misconception(
            "ies_becomes_y",
            "ies becomes y, as in a dictionary. Porter's rule gives i: a stem need not be a word, "
            "it only has to be the same for pony and ponies at the end of all steps.",
            {
                '    if word.endswith(("sses", "ies")):\n': (
                    '    if word.endswith("ies"):\n'
                    '        word = word[:-3] + "y"\n'
                    '    elif word.endswith("sses"):\n'
                ),
            },
        ),
        Misconception(
            "no_vowel_needed",
            "ed and ing are removed from every word, so sing becomes s and red becomes r. What is "
            "left must hold a vowel.",
            {' or "v" not in cv_pattern(match[1])': ""},
        ),
        Misconception(
            "feed_tries_the_next_row",
            "feed becomes fe: the row for eed fits but its condition fails, and the next row is "
            "tried. The first row whose ending fits closes the part, whether its condition holds "
            "or not.",
            {
                '        return word[:-1] if "vc" in cv_pattern(word[:-3]) else word\n':
                    '        if "vc" in cv_pattern(word[:-3]):\n            return word[:-1]\n',
            },
        ),
        Misconception(
            "eed_needs_only_a_vowel",
            "The rule for eed asks whether there is a vowel before it. It asks for the measure: a "
            "consonant that follows a vowel.",
            {'"vc" in cv_pattern(word[:-3])': '"v" in cv_pattern(word[:-3])'},
        ),
        Misconception(
            "eed_measured_on_the_whole_word",
            "The measure is taken of the whole word. The ending eed itself holds a vowel and a "
            "consonant, so the condition holds for feed, too. Measure what stands before the "
            "ending.",
            {'"vc" in cv_pattern(word[:-3])': '"vc" in cv_pattern(word)'},
        ),
        Misconception(
            "no_repair",
            "Nothing is repaired after ed or ing: hopping gives hopp and hoping gives hop, so "
            "neither meets the stem of hop or hope.",
            {
                "    stem, pattern = match[1], cv_pattern(match[1])\n":
                    "    return match[1]\n    stem, pattern = match[1], cv_pattern(match[1])\n",
            },
        ),
        Misconception(
            "doubled_l_s_z_dropped",
            "falling becomes fal. Doubled l, s and z are kept, since many words end in them: fall, "
            "hiss, fizz.",
            {' and stem[-1] not in "lsz"': ""},
        ),
        Misconception(
            "doubled_vowels_dropped",
            "seeing becomes se. Only doubled consonants are reduced.",
            {
                'pattern.endswith("cc") and stem[-1] == stem[-2] and':
                    "len(stem) > 1 and stem[-1] == stem[-2] and",
            },
        ),
        Misconception(
            "e_after_w_x_y",
            "showing becomes showe. No e is added after w, x and y.",
            {' and stem[-1] not in "wxy"': ""},
        ),
        Misconception(
            "e_for_every_measure",
            "visiting becomes visite. The e is added only to short stems, with m = 1.",
            {'pattern.count("vc") == 1 and ': ""},
        ),
        Misconception(
            "stopwords_as_parts",
            "A token that merely contains a stopword is removed. Compare whole words: there is not "
            "the.",
            {"if token.lower() not in stop]": "if not any(s in token.lower() for s in stop)]"},
        ),
        Misconception(
            "stopwords_with_capitals_kept",
            "Stopwords with a capital are kept, such as The at the beginning of a sentence. The "
            "list is in lower case; compare in lower case.",
            {"if token.lower() not in stop": "if token not in stop"},
        ),
        Misconception(
            "tokens_returned_in_lower_case",
            "The tokens that stay are changed to lower case. Only the comparison is in lower case.",
            {
                "[token for token in tokens if token.lower()":
                    "[token.lower() for token in tokens if token.lower()",
            },
        ),
        Misconception(
            "removed_while_iterating",
            "Tokens are removed from the list while a loop runs over it. The loop then skips the "
            "token behind each removed one, and the caller's list is changed. Build a new list.",
            {
                "    return [token for token in tokens if token.lower() not in stop]": (
                    "    for token in tokens:\n"
                    "        if token.lower() in stop:\n"
                    "            tokens.remove(token)\n"
                    "    return tokens"
                ),
            },
        ),
        Misconception(
            "runs_reduced",
            "Runs are reduced to one letter. The pattern has one character for each letter of "
            "the word.",
            {"    return pattern\n": '    return re.sub(r"(.)\\1+", r"\\1", pattern)\n'},
        ),
        Misconception(
            "y_after_y_by_its_letter",
            "A y is judged by the letter before it, not by what that letter is. In yy the first "
            "may be a consonant and the second a vowel, or the reverse.",
            {
                'letter in "aeiou" or (letter == "y" and pattern.endswith("c"))':
                    'letter in "aeiou" or (letter == "y" and pattern != "" and word[len(pattern) - 1] not in "aeiou")',
            },
        ),
        Misconception(
            "y_after_y_a_consonant",
            "A y after a y is always a consonant here. It is a vowel if the first y is a "
            "consonant.",
            {
                '(letter == "y" and pattern.endswith("c"))':
                    '(letter == "y" and pattern.endswith("c") and word[len(pattern) - 1] != "y")',
            },
        ),
        Misconception(
            "pattern_in_capitals",
            "The pattern is in capitals. Small c and v are asked for.",
            {"    return pattern\n": "    return pattern.upper()\n"},
        ),
        Misconception(
            "three_letters_left_alone",
            "Words of three letters are left alone. Only those of one or two are.",
            {"if len(word) <= 2:": "if len(word) <= 3:"},
        ),
        Misconception(
            "two_letters_stemmed",
            'Words of two letters are stemmed. They stay as they are: "is" would lose its s.',
            {"if len(word) <= 2:": "if len(word) <= 1:"},
        ),
        Misconception(
            "plural_or_past_but_not_both",
            "A word that 1a has changed does not go through 1b. Both parts apply: meetings "
            "becomes meeting and then meet.",
            {
                "    # 1b\n": "    if s_gone:\n        return word\n",
                "    # 1a\n": '    s_gone = word.endswith("s") and not word.endswith("ss")\n',
            },
        ),
        Misconception(
            "measure_counts_cv",
            "The measure counts vowels that follow a consonant. It is the number of places where "
            "a consonant follows a vowel.",
            {
                '"vc" in cv_pattern(word[:-3])': '"cv" in cv_pattern(word[:-3])',
                'pattern.count("vc") == 1': 'pattern.count("cv") == 1',
            },
        ),
        Misconception(
            "e_after_y",
            "An e is added after a y. Not after w, x and y.",
            {'not in "wxy"': 'not in "wx"'},
        ),
        Misconception(
            "doubled_z_dropped",
            "A doubled z loses one. l, s and z stay double.",
            {'not in "lsz"': 'not in "ls"'},
        ),
        Misconception(
            "doubled_l_or_s_dropped",
            "A doubled l or s loses one. l, s and z stay double.",
            {'not in "lsz"': 'not in "z"'},
        ),
        Misconception(
            "no_e_after_iz",
            "After iz no e is added. at, bl and iz all need one.",
            {'("at", "bl", "iz")': '("at", "bl")'},
        ),
        Misconception(
            "e_for_plurals",
            "The repair is applied after a plural s, too. It is for -ed and -ing alone.",
            {
                "    # 1b\n":
                    '    if word + "s" == given and cv_pattern(word).count("vc") == 1 and re.search("cvc$", cv_pattern(word)) and word[-1] not in "wxy":\n        return word + "e"\n',
                "    # 1a\n": "    given = word\n",
            },
        ),
        Misconception(
            "repeated_until_nothing_changes",
            "The steps are applied to their own result again. Each part is done once.",
            {
                "    # repair\n": "    if stem_again:\n        match = [None, stem_step1(match[1])]\n",
                "    # 1a\n": "    stem_again = True\n",
            },
        ),
        Misconception(
            "us_kept",
            "Words in us keep their s. The tables have no such row: the last row of 1a takes the "
            "s.",
            {'not word.endswith("ss")': 'not word.endswith(("ss", "us"))'},
        ),
        Misconception(
            "same_list_where_no_stopword_stands",
            "Where nothing is removed, the list itself comes back. A new list is asked for: else "
            "a change of the result changes the argument.",
            {
                "    return [token for token in tokens if token.lower() not in stop]":
                    "    kept = [token for token in tokens if token.lower() not in stop]\n    return kept if len(kept) < len(tokens) else tokens",
            },
        ),
        Misconception(
            "repetitions_dropped",
            "Each token is kept once. Repetitions stay: counts come later.",
            {
                "return [token for token in tokens if token.lower() not in stop]":
                    "return list(dict.fromkeys(token for token in tokens if token.lower() not in stop))",
            },
        ),
        Misconception(
            "stopwords_by_casefold",
            "Tokens are compared by str.casefold, which turns ß into ss. Their lower-case form "
            "is asked for.",
            {"token.lower() not in stop": "token.casefold() not in stop"},
        ),
        Misconception(
            "stopwords_as_beginnings",
            "Words that begin with a stopword are removed. Whole words are compared.",
            {"if token.lower() not in stop": "if not token.lower().startswith(tuple(stop))"},
        ),
        Misconception(
            "removed_from_the_list_itself",
            "The list that was passed is changed. A new list is asked for.",
            {
                "return [token for token in tokens if token.lower() not in stop]":
                    "tokens[:] = [token for token in tokens if token.lower() not in stop]\n    return tokens",
            },
        ),
        Misconception(
            "y_a_vowel_but_at_the_beginning",
            "y is a vowel wherever it is not the first letter. After a vowel it is a consonant, as in toy.",
            {'letter == "y" and pattern.endswith("c")': 'letter == "y" and pattern'},
        ),
        Misconception(
            "vowels_without_y",
            "Only a, e, i, o and u count as vowels before ed and ing. A y after a consonant is one, too: dyed. "
            "Ask the pattern.",
            {'"v" not in cv_pattern(match[1])': 'not re.search("[aeiou]", match[1])'},
        ),
        Misconception(
            "measure_without_y",
            "The measure is taken without y as a vowel. Count vc in the pattern.",
            {'"vc" in cv_pattern(word[:-3])': 're.search("[aeiou][^aeiou]", word[:-3])'},
        ),
        Misconception(
            "measure_above_1",
            "The rule for eed asks for a measure above 1. It asks for one above 0.",
            {'"vc" in cv_pattern(word[:-3])': 'cv_pattern(word[:-3]).count("vc") > 1'},
        ),
        Misconception(
            "ed_before_eed",
            "ed is tried before eed, which then never comes: agreed becomes agre. Keep the order of the table.",
            {
                '    if word.endswith("eed"):\n        return word[:-1] if "vc" in cv_pattern(word[:-3]) else word\n':
                    "",
            },
        ),
        Misconception(
            "sses_left_to_s",
            "The row for sses is missing, and that for s leaves caresse.",
            {'word.endswith(("sses", "ies"))': 'word.endswith("ies")'},
        ),
        Misconception(
            "short_words_stemmed",
            "Words of one and two letters are stemmed. They stay as they are.",
            {"if len(word) <= 2:": "if not word:"},
        ),
        Misconception(
            "no_e_after_bl",
            "After bl no e is added. at, bl and iz all need one.",
            {'("at", "bl", "iz")': '("at", "iz")'},
        ),
        Misconception(
            "both_doubled_letters_dropped",
            "Both of the doubled letters are dropped. One stays: hopp becomes hop.",
            {"return stem[:-1]": "return stem[:-2]"},
        ),
        Misconception(
            "e_for_three_letters_only",
            "The e is added only where the whole rest is cvc. It need only end in cvc, with m = 1: plac of "
            "placing becomes place.",
            {'pattern.count("vc") == 1 and pattern.endswith("cvc")': 'pattern == "cvc"'},
        ),
    ],
    "tfidf": [
        Misconception(
            "presence_in_the_matrix",
            "The entries are 0 and 1. X counts how often a word stands in the document.",
            {"X[i, column[token]] += 1": "X[i, column[token]] = 1"},
        ),
        Misconception(
            "order_of_first_appearance",
            "The columns are in the order in which the words come up. The vocabulary is sorted, so "
            "that it does not depend on the order of the documents.",
            {
                "sorted({token for doc in docs for token in doc})":
                    "list(dict.fromkeys(t for doc in docs for t in doc))",
            },
        ),
        Misconception(
            "sorted_without_case",
            "The vocabulary is sorted as in a dictionary. Python sorts by code point, capitals "
            "first.",
            {
                "for doc in docs for token in doc})":
                    "for doc in docs for token in doc}, key=str.lower)",
            },
        ),
        Misconception(
            "vocabulary_of_the_new_documents",
            "The columns are made from these documents although a vocabulary was given. A model "
            "that was trained on the old columns would read each weight for the wrong word.",
            {"    if vocab is None:\n        vocab": "    vocab"},
        ),
        Misconception(
            "given_vocabulary_sorted",
            "The given vocabulary is sorted again. Its order is that of the columns of the trained "
            "model.",
            {"    column = {": "    vocab = sorted(vocab)\n    column = {"},
        ),
        Misconception(
            "empty_vocabulary_taken_for_none",
            "An empty vocabulary is treated as if none had been given. An empty list is false in "
            "Python; ask for None.",
            {"if vocab is None:": "if not vocab:"},
        ),
        Misconception(
            "documents_in_columns",
            "The matrix is transposed: a row should be a document.",
            {"return X, vocab": "return X.T, vocab"},
        ),
        Misconception(
            "counted_inside_of_words",
            "Words are counted in the joined text, where they are found inside of other words, "
            "too. Count whole tokens.",
            {
                "        for token in doc:\n            if token in column:\n                X[i, column[token]] += 1\n":
                    '        for word, j in column.items():\n            X[i, j] = " ".join(doc).count(word)\n',
            },
        ),
        Misconception(
            "tokens_split_again",
            "The tokens are joined and split at white space again. A token that holds a space is "
            "one token.",
            {"for token in doc:\n": 'for token in " ".join(doc).split():\n'},
        ),
        Misconception(
            "rows_by_the_first_equal_document",
            "A document's row is looked up by its content, so that the second of two equal "
            "documents has no row of its own.",
            {"for i, doc in enumerate(docs):": "for i, doc in ((docs.index(d), d) for d in docs):"},
        ),
        Misconception(
            "equal_documents_counted_once",
            "Equal documents share one row; the other stays zero. Each has its own.",
            {
                "        for token in doc:\n            if token in column:":
                    "        for token in doc if docs.index(doc) == i else []:\n            if token in column:",
            },
        ),
        Misconception(
            "counts_as_floats",
            "The counts are float64. They are whole numbers: int64.",
            {"dtype=np.int64": "dtype=np.float64"},
        ),
        Misconception(
            "counts_of_32_bits",
            "The counts are int32. int64 is asked for.",
            {"dtype=np.int64": "dtype=np.int32"},
        ),
        Misconception(
            "tokens_made_small",
            "Tokens are made small before they are counted. They are taken as they are.",
            {
                "    column = {word":
                    "    docs = [[token.lower() for token in doc] for doc in docs]\n    vocab = sorted({token for doc in docs for token in doc}) if given is None else vocab\n    column = {word",
                "    if vocab is None:": "    given = vocab\n    if vocab is None:",
            },
        ),
        Misconception(
            "vocabulary_grows",
            "Words that are not in the given vocabulary get columns of their own. The vocabulary "
            "belongs to the training documents; other words are left out.",
            {
                "    column = {word":
                    "    vocab = [*vocab, *sorted({token for doc in docs for token in doc} - set(vocab))]\n    column = {word",
            },
        ),
        Misconception(
            "vocabulary_of_the_first_document",
            "The columns are the words of the first document alone. All documents give the "
            "vocabulary.",
            {"for doc in docs for token in doc})": "for doc in docs[:1] for token in doc})"},
        ),
        Misconception(
            "unknown_words_in_the_last_column",
            "Words outside of the vocabulary are counted in the last column: index -1. They are "
            "left out.",
            {
                "            if token in column:\n                X[i, column[token]] += 1":
                    "            if column:\n                X[i, column.get(token, -1)] += 1",
            },
        ),
        Misconception(
            "empty_documents_dropped",
            "Documents without words have no row. Each document has one, of zeros.",
            {"    column = {word": "    docs = [doc for doc in docs if doc]\n    column = {word"},
        ),
        Misconception(
            "sorted_by_frequency",
            "The columns are sorted by frequency. They are sorted as strings.",
            {
                "vocab = sorted({token for doc in docs for token in doc})":
                    "vocab = [w for w, _ in collections.Counter(token for doc in docs for token in doc).most_common()]",
            },
        ),
        Misconception(
            "words_of_one_letter_dropped",
            "Words of one letter are left out, as scikit-learn's default does. All types of the "
            "documents have a column.",
            {"for doc in docs for token in doc})": "for doc in docs for token in doc if len(token) > 1})"},
        ),
        Misconception(
            "df_counts_occurrences",
            "df adds up the counts. It is the number of documents that hold the word, however "
            "often they do.",
            {"(X > 0).sum(axis=0)": "X.sum(axis=0)"},
        ),
        Misconception(
            "not_smoothed",
            "The idf is ln(N / df) + 1 without the imaginary document. A word of the vocabulary "
            "that no document holds then divides by 0.",
            {"(1 + len(X)) / (1 + df)": "len(X) / df"},
        ),
        Misconception(
            "only_the_denominator_smoothed",
            "1 is added to df but not to N. The imaginary document is a document, too; without it "
            "a word in all documents gets a negative logarithm.",
            {"(1 + len(X)) / (1 + df)": "len(X) / (1 + df)"},
        ),
        Misconception(
            "nothing_added_to_the_logarithm",
            "The 1 behind the logarithm is missing. Words that stand in all documents get the "
            "weight 0 and vanish.",
            {"np.log((1 + len(X)) / (1 + df)) + 1": "np.log((1 + len(X)) / (1 + df))"},
        ),
        Misconception(
            "logarithm_to_base_10",
            "The logarithm is to base 10. Because of the 1 that is added, the base is no common "
            "factor, and it changes the ratio of the weights.",
            {"np.log(": "np.log10("},
        ),
        Misconception(
            "df_over_n",
            "The quotient is upside down: frequent words get the large weights. It is the inverse "
            "document frequency.",
            {"(1 + len(X)) / (1 + df)": "(1 + df) / (1 + len(X))"},
        ),
        Misconception(
            "vocabulary_size_for_documents",
            "N is the number of documents, which are the rows. Here the number of columns is used.",
            {"1 + len(X)": "1 + X.shape[1]"},
        ),
        Misconception(
            "columns_of_length_1",
            "The columns are divided by their lengths. The rows should be: a row is a document, "
            "and its length must not matter.",
            {"axis=1, keepdims": "axis=0, keepdims"},
        ),
        Misconception(
            "rows_that_add_up_to_1",
            "The rows are divided by their sums. For a cosine they are divided by their Euclidean "
            "lengths.",
            {"np.linalg.norm(M, axis=1, keepdims=True)": "np.abs(M).sum(axis=1, keepdims=True)"},
        ),
        Misconception(
            "not_normalised",
            "The rows are not divided by their lengths, so a long document is larger than a short "
            "one on the same subject.",
            {"return np.divide(M, length, out=np.zeros_like(M), where=length > 0)": "return M"},
        ),
        Misconception(
            "idf_refitted_on_the_new_documents",
            "The idf is computed from the documents to be transformed, and the one that was given "
            "is ignored. A new document must be weighted as the training documents were, or the "
            "rows cannot be compared.",
            {"M = X * idf": "M = X * fit_idf(X)"},
        ),
        Misconception(
            "zero_row_becomes_nan",
            "A document without any word of the vocabulary gives 0 / 0 = nan. Its row should stay "
            "zero.",
            {"np.divide(M, length, out=np.zeros_like(M), where=length > 0)": "M / length"},
        ),
        Misconception(
            "logarithm_to_base_two",
            "The logarithm is to base 2. The natural one is asked for.",
            {"np.log(": "np.log2("},
        ),
        Misconception(
            "one_inside_of_the_logarithm",
            "The 1 is added inside of the logarithm. It stands outside: a word in all documents "
            "has the weight 1.",
            {"return np.log((1 + len(X)) / (1 + df)) + 1": "return np.log((1 + len(X)) / (1 + df) + 1)"},
        ),
        Misconception(
            "df_of_rows",
            "Words per document are counted. df is the number of documents per word: the sum "
            "goes down the rows, axis 0.",
            {"(X > 0).sum(axis=0)": "(X > 0).sum(axis=1)"},
        ),
        Misconception(
            "one_document_too_many",
            "N is one too large: only one imaginary document is added.",
            {"(1 + len(X))": "(2 + len(X))"},
        ),
        Misconception(
            "whole_number_division",
            "The quotient is rounded down by //. Use /.",
            {"(1 + len(X)) / (1 + df)": "(1 + len(X)) // (1 + df)"},
        ),
        Misconception(
            "unseen_words_get_zero",
            "Words that no document holds get the weight 0. The imaginary document gives them "
            "the largest one.",
            {
                "return np.log((1 + len(X)) / (1 + df)) + 1":
                    "return np.where(df > 0, np.log((1 + len(X)) / (1 + df)) + 1, 0.0)",
            },
        ),
        Misconception(
            "epsilon_under_the_length",
            "A small number is added to the length, so that rows are shorter than 1, short ones "
            "most. Treat rows of zeros by themselves.",
            {
                "return np.divide(M, length, out=np.zeros_like(M), where=length > 0)":
                    "return M / (length + 1e-9)",
            },
        ),
        Misconception(
            "smaller_epsilon_under_the_length",
            "A small number is added to the length, so that rows are shorter than 1, short ones "
            "most. Treat rows of zeros by themselves.",
            {
                "return np.divide(M, length, out=np.zeros_like(M), where=length > 0)":
                    "return M / (length + 1e-12)",
            },
        ),
        Misconception(
            "short_rows_not_lengthened",
            "Rows shorter than 1 stay as they are. Every row with a word ends with length 1.",
            {
                "return np.divide(M, length, out=np.zeros_like(M), where=length > 0)":
                    "return M / np.maximum(length, 1)",
            },
        ),
        Misconception(
            "normalised_before_the_weights",
            "The counts are normalised and then weighted. The weights come first: the product "
            "has length 1.",
            {
                "M = X * idf": "M = X * 1.0",
                "return np.divide(M, length, out=np.zeros_like(M), where=length > 0)":
                    "return np.divide(M, length, out=np.zeros_like(M), where=length > 0) * idf",
            },
        ),
        Misconception(
            "counts_as_shares",
            "The counts are divided by the number of words of the document, and the row is not "
            "brought to length 1.",
            {
                "return np.divide(M, length, out=np.zeros_like(M), where=length > 0)":
                    "return M / np.maximum(X.sum(axis=1, keepdims=True), 1)",
            },
        ),
        Misconception(
            "logarithm_of_counts",
            "The counts are damped to 1 + ln(count). Here the term frequency is the raw count.",
            {"M = X * idf": "M = np.where(X > 0, 1 + np.log(np.maximum(X, 1)), 0) * idf"},
        ),
        Misconception(
            "presence_for_count",
            "Each word counts once, however often it stands in the document. The term frequency "
            "is the raw count.",
            {"M = X * idf": "M = (X > 0) * idf"},
        ),
        Misconception(
            "length_of_the_whole_matrix",
            "One length of the whole matrix divides all rows. Each row has its own.",
            {"np.linalg.norm(M, axis=1, keepdims=True)": "np.linalg.norm(M) + 0 * M"},
        ),
        Misconception(
            "root_of_the_length_missing",
            "Each row is divided by the sum of its squares; the root is missing.",
            {"np.linalg.norm(M, axis=1, keepdims=True)": "(M**2).sum(axis=1, keepdims=True)"},
        ),
        Misconception(
            "weights_squared",
            "The weights are applied twice.",
            {"M = X * idf": "M = X * idf**2"},
        ),
        Misconception(
            "unknown_word_raises",
            "A word outside of the vocabulary is an error here. It is left out.",
            {
                "            if token in column:\n                X[i, column[token]] += 1":
                    "            X[i, column[token]] += 1",
            },
        ),
        Misconception(
            "textbook_idf",
            "This is ln(N / df), as textbooks print it. Here both repairs are asked for: one imaginary document, "
            "and 1 added to the logarithm.",
            {"np.log((1 + len(X)) / (1 + df)) + 1": "np.log(len(X) / df)"},
        ),
        Misconception(
            "larger_epsilon_under_the_length",
            "A small number is added to the length, so that rows are shorter than 1, short ones most. Treat rows "
            "of zeros by themselves.",
            {"return np.divide(M, length, out=np.zeros_like(M), where=length > 0)": "return M / (length + 1e-8)"},
        ),
        Misconception(
            "logarithm_of_1_plus_counts",
            "The counts are damped to ln(1 + count). Here the term frequency is the raw count.",
            {"M = X * idf": "M = np.log1p(X) * idf"},
        ),
        Misconception(
            "weights_in_float32",
            "The product is rounded to float32. float64 is asked for.",
            {"M = X * idf": "M = (X * idf).astype(np.float32)"},
        ),
    ],
    "ngram_lm": [
        Misconception(
            "counts_of_the_last_model",
            "The counts are global names, so that the first model answers with those of the last "
            "one. Each model keeps its own.",
            {"    ngrams, histories =": "    global ngrams, histories\n    ngrams, histories ="},
        ),
        Misconception(
            "vocabulary_of_the_last_model",
            "The vocabulary is a global name, so that the first model asks that of the last one. "
            "Each model keeps its own.",
            {
                "    vocab = {": "    global shared\n    vocab = shared = {",
                "[w if w in vocab": "[w if w in shared",
                "word if word in vocab": "word if word in shared",
            },
        ),
        Misconception(
            "k_only_above",
            "k is added to the count but not to the denominator. The probabilities of all words "
            "then add up to more than 1.",
            {"histories[history] + k * len(vocab)": "max(histories[history], 1)"},
        ),
        Misconception(
            "k_once_below",
            "The denominator grows by k once. Each word that can be predicted has got k, so it "
            "grows by k times their number.",
            {"histories[history] + k * len(vocab)": "histories[history] + k"},
        ),
        Misconception(
            "k_is_1",
            "1 is added instead of k.",
            {
                "(ngrams[history, word] + k) / (histories[history] + k * len(vocab))":
                    "(ngrams[history, word] + 1) / (histories[history] + len(vocab))",
            },
        ),
        Misconception(
            "vocabulary_of_words_only",
            "The vocabulary in the denominator holds the words only. </s> and <unk> are predicted "
            "as well and have got their k; without them the probabilities add up to more than 1.",
            {"k * len(vocab)": "k * (len(vocab) - 2)"},
        ),
        Misconception(
            "vocabulary_without_unk",
            "<unk> is not counted in the vocabulary. New words have a probability, too, so it must "
            "be paid for in the denominator.",
            {"k * len(vocab)": "k * (len(vocab) - 1)"},
        ),
        Misconception(
            "vocabulary_with_start_mark",
            "<s> is counted in the vocabulary. It is never predicted, so it should get no share, "
            "and the probabilities of what can be predicted add up to less than 1.",
            {"k * len(vocab)": "k * (len(vocab) + 1)"},
        ),
        Misconception(
            "history_counted_behind_the_end",
            "Histories are counted wherever they stand, also behind the last </s>, where nothing "
            "is predicted. c(h) is the number of times that something followed h.",
            {
                "            histories[history] += 1\n": "",
                "    def prob(": (
                    '    for sent in sents:\n        padded = ["<s>"] * (n - 1) + sent + ["</s>"]\n'
                    "        for i in range(len(sent) + 3):\n"
                    "            histories[tuple(padded[i : i + n - 1])] += 1\n"
                    "\n"
                    "    def prob("
                ),
            },
        ),
        Misconception(
            "end_not_predicted",
            "The end of the sentence is not counted. </s> is predicted after the last word like "
            "any other symbol.",
            {"range(len(sent) + 1)": "range(len(sent))"},
        ),
        Misconception(
            "beginning_not_padded",
            "Only n-grams inside the sentence are counted. The first words are predicted, too, "
            "from a history of start marks.",
            {"range(len(sent) + 1)": "range(n - 1, len(sent) + 1)"},
        ),
        Misconception(
            "minus_zero",
            "The last n-1 words are taken by a slice from -(n-1). For n = 1 that is -0, which is "
            "0: the slice is the whole context instead of nothing.",
            {"[len(context) :]": "[-(n - 1) :]"},
        ),
        Misconception(
            "first_words_of_the_context",
            "The history is made of the first words of the context. The last ones count, next to "
            "the word that is predicted.",
            {"[len(context) :]": "[: n - 1]"},
        ),
        Misconception(
            "unknown_word_not_mapped",
            "A new word is looked up under its own name, and not as <unk>. It is the same as long "
            "as <unk> has no counts; it is not where rare words of the training text were replaced "
            "by <unk>.",
            {'        word = word if word in vocab else "<unk>"\n': ""},
        ),
        Misconception(
            "unknown_context_not_mapped",
            "New words are read as <unk> where they are predicted, but not in the context.",
            {'[w if w in vocab else "<unk>" for w in context]': "list(context)"},
        ),
        Misconception(
            "histories_run_together",
            "Histories are joined to one string without a separator, so that ab c and a bc are "
            "the same. Keep a tuple.",
            {
                "history, word = tuple(padded[start : start + n - 1]), padded[start + n - 1]":
                    'history, word = "".join(padded[start : start + n - 1]), padded[start + n - 1]',
                "history = tuple((": 'history = "".join((',
            },
        ),
        Misconception(
            "order_of_the_history_lost",
            "Histories are compared without their order. dog bites and bites dog are two.",
            {
                "history, word = tuple(padded[start : start + n - 1])":
                    "history, word = tuple(sorted(padded[start : start + n - 1]))",
                'history = tuple((["<s>"] * (n - 1) + known)[len(context) :])':
                    'history = tuple(sorted((["<s>"] * (n - 1) + known)[len(context) :]))',
            },
        ),
        Misconception(
            "only_the_last_word_of_the_history",
            "Only the last word of the history is looked at, whatever n is. An n-gram model "
            "looks at n - 1.",
            {
                "history, word = tuple(padded[start : start + n - 1])":
                    "history, word = tuple(padded[start : start + n - 1][-1:])",
                'history = tuple((["<s>"] * (n - 1) + known)[len(context) :])':
                    'history = tuple((["<s>"] * (n - 1) + known)[len(context) :][-1:])',
            },
        ),
        Misconception(
            "tokens_for_types",
            "The number of tokens stands in the denominator. k is added once for each type.",
            {"k * len(vocab))": "k * (sum(map(len, sents)) + 2))"},
        ),
        Misconception(
            "words_made_small",
            "Words are made small. They are taken as they are: We and we are two types.",
            {
                "    vocab = {": "    sents = [[w.lower() for w in sent] for sent in sents]\n    vocab = {",
                "        known = [w if w in vocab":
                    "        word, context = word.lower(), [w.lower() for w in context]\n        known = [w if w in vocab",
            },
        ),
        Misconception(
            "unigrams_after_unseen_histories",
            "After a history that never occurred the unigram model answers. By the formula all "
            "words have the same probability, 1 over the size of the vocabulary.",
            {
                "        return (ngrams":
                    '        if not histories[history]:\n            single = collections.Counter(w for s in sents for w in [*s, "</s>"])\n            return (single[word] + k) / (single.total() + k * len(vocab))\n        return (ngrams',
            },
        ),
        Misconception(
            "unseen_words_impossible",
            "A word that was never seen has probability 0. It is read as <unk>, which has k "
            "pseudo-counts.",
            {
                '        word = word if word in vocab else "<unk>"\n':
                    "        if word not in vocab:\n            return 0.0\n",
            },
        ),
        Misconception(
            "all_ngrams_in_the_denominator",
            "k is added for every possible n-gram. The denominator belongs to one history: k for "
            "each type.",
            {"k * len(vocab))": "k * len(vocab) ** max(1, n - 1))"},
        ),
        Misconception(
            "vocabulary_without_the_end",
            "The vocabulary holds the words and <unk>, but not </s>. The end is predicted as "
            "well.",
            {'{"</s>", "<unk>"}.union': '{"<unk>"}.union'},
        ),
        Misconception(
            "unk_not_in_the_vocabulary",
            "<unk> is not in the vocabulary. New words have a probability, too, so it must be paid for in the "
            "denominator.",
            {'{"</s>", "<unk>"}.union': '{"</s>"}.union'},
        ),
        Misconception(
            "one_start_mark",
            "One <s> is put in front, whatever n is. It takes n - 1: none for n = 1, two for n = 3.",
            {
                'padded = ["<s>"] * (n - 1) + sent': 'padded = ["<s>"] + sent',
                "range(len(sent) + 1)": "range(len(padded) - n + 1)",
            },
        ),
        Misconception(
            "k_only_below",
            "k is in the denominator but not added to the count. Words that never followed the history then have "
            "probability 0.",
            {"(ngrams[history, word] + k)": "ngrams[history, word]"},
        ),
        Misconception(
            "vocabulary_not_times_k",
            "The size of the vocabulary is added without k. Each of its words has got k.",
            {"histories[history] + k * len(vocab)": "histories[history] + len(vocab)"},
        ),
        Misconception(
            "logarithm_for_probability",
            "This is the logarithm. The probability itself is asked for.",
            {
                "return (ngrams[history, word] + k) / (histories[history] + k * len(vocab))":
                    "return math.log((ngrams[history, word] + k) / (histories[history] + k * len(vocab)))",
            },
        ),
        Misconception(
            "ends_not_in_the_unigram_total",
            "For n = 1 the denominator counts the words only. c(h) is the number of all predicted positions, the "
            "ends among them.",
            {"histories[history] += 1": 'histories[history] += word != "</s>" or n > 1'},
        ),
        Misconception(
            "counts_of_earlier_models_kept",
            "The counts are global and go on growing from model to model. Each model begins with its own.",
            {
                "    ngrams, histories = collections.Counter(), collections.Counter()\n":
                    '    global ngrams, histories\n    if "ngrams" not in globals():\n        ngrams, histories = collections.Counter(), collections.Counter()\n',
            },
        ),
        Misconception(
            "new_words_written_into_the_context",
            "<unk> is written into the list that was passed. Make a new one.",
            {
                'known = [w if w in vocab else "<unk>" for w in context]':
                    'context[:] = [w if w in vocab else "<unk>" for w in context]\n        known = context',
            },
        ),
        Misconception(
            "end_mark_appended_to_the_sentences",
            "</s> is appended to the sentences that were passed, so the next model finds it there. Make a new "
            "list.",
            {
                'padded = ["<s>"] * (n - 1) + sent + ["</s>"]':
                    'sent.append("</s>")\n        padded = ["<s>"] * (n - 1) + sent',
                "range(len(sent) + 1)": "range(len(sent))",
            },
        ),
        Misconception(
            "history_joined_with_spaces",
            "Histories are joined to one string with spaces. Words may hold a space themselves: keep a tuple.",
            {
                "history, word = tuple(padded[start : start + n - 1]), padded[start + n - 1]":
                    'history, word = " ".join(padded[start : start + n - 1]), padded[start + n - 1]',
                "history = tuple((": 'history = " ".join((',
            },
        ),
        Misconception(
            "ngrams_joined_with_spaces",
            "History and word are joined to one string with spaces. Words may hold a space themselves: keep "
            "tuples.",
            {
                "ngrams[history, word] += 1": 'ngrams[" ".join([*history, word])] += 1',
                "ngrams[history, word] + k": 'ngrams[" ".join([*history, word])] + k',
            },
        ),
    ],
    "perplexity": [
        Misconception(
            "arithmetic_mean",
            "This is the inverse of the arithmetic mean of the probabilities. Perplexity belongs "
            "to the geometric mean: probabilities of a text multiply.",
            {"math.exp(-sum(logs) / len(logs))": "len(logs) / sum(math.exp(log) for log in logs)"},
        ),
        Misconception(
            "mean_of_inverse_probabilities",
            "The inverse probabilities are averaged. Average the logarithms; one very improbable "
            "word would rule the result otherwise.",
            {"math.exp(-sum(logs) / len(logs))": "sum(math.exp(-log) for log in logs) / len(logs)"},
        ),
        Misconception(
            "start_marks_counted",
            "The mean is over one position more per sentence: <s> is counted as predicted. It is "
            "given.",
            {"/ len(logs))": "/ (len(logs) + len(sents)))"},
        ),
        Misconception(
            "ends_left_out",
            "The ends of the sentences are left out. </s> is predicted like a word.",
            {'enumerate([*sent, "</s>"])]': "enumerate(sent)] or [0.0]"},
        ),
        Misconception(
            "ends_predicted_but_not_counted",
            "The probabilities of </s> are in the sum, but the sum is divided by the number of "
            "words only. Divide by the number of all predicted positions.",
            {"/ len(logs))": "/ max(len(logs) - len(sents), 1))"},
        ),
        Misconception(
            "one_position_short",
            "The sum is divided by one less than the number of its terms. It is a plain mean over "
            "all predicted positions of all sentences: every word, and one </s> per sentence.",
            {"/ len(logs))": "/ max(len(logs) - 1, 1))"},
        ),
        Misconception(
            "bits_with_exp",
            "The logarithm has base 2 and the exponential base e. They must be inverse to each "
            "other.",
            {"math.log(prob": "math.log2(prob"},
        ),
        Misconception(
            "mean_over_sentences",
            "The perplexity of each sentence is computed, and these are averaged. Average the "
            "logarithms over all positions together, so that a long sentence weighs more.",
            {
                "    logs = [": (
                    "    if len(sents) > 1:\n"
                    "        return sum(perplexity(prob, [sent]) for sent in sents) / len(sents)\n    logs = ["
                ),
            },
        ),
        Misconception(
            "product_underflows",
            "The probabilities are multiplied, and the product of a long text is 0 in float64. Add "
            "logarithms.",
            {
                "math.exp(-sum(logs) / len(logs))":
                    "(math.prod(math.exp(log) for log in logs) or 5e-324) ** (-1 / len(logs))",
            },
        ),
        Misconception(
            "only_one_word_of_context",
            "The model gets only the last word. It is given all words before, and decides itself "
            "how many it looks at.",
            {"sent[:i])": "sent[max(i - 1, 0) : i])"},
        ),
        Misconception(
            "context_with_the_word_itself",
            "The context already holds the word that is to be predicted.",
            {"sent[:i])": "sent[: i + 1])"},
        ),
        Misconception(
            "slope_without_its_sign",
            "The slope of a falling line is negative; this is the exponent s of the law, with the "
            "other sign.",
            {"return slope": "return -slope"},
        ),
        Misconception(
            "rank_over_frequency",
            "The axes are exchanged: the line is ln(frequency) over ln(rank), so the rank is x.",
            {
                "np.polyfit(np.log(ranks), np.log(freqs), 1)":
                    "np.polyfit(np.log(freqs), np.log(ranks), 1)",
            },
        ),
        Misconception(
            "rank_not_in_logarithms",
            "Only the frequency is in logarithms. A power law is a straight line if both are.",
            {"np.polyfit(np.log(ranks)": "np.polyfit(ranks"},
        ),
        Misconception(
            "not_sorted_by_frequency",
            "The types are ranked in the order in which they come up in the text. Rank 1 is the "
            "most frequent type.",
            {
                "sorted(collections.Counter(tokens).values(), reverse=True)":
                    "list(collections.Counter(tokens).values())",
            },
        ),
        Misconception(
            "ties_share_a_rank",
            "Equal frequencies are used once. Every type has a rank of its own.",
            {
                "sorted(collections.Counter(tokens).values(), reverse=True)":
                    "sorted({0, *collections.Counter(tokens).values()} - {0}, reverse=True)",
            },
        ),
        Misconception(
            "all_types_used",
            "The line goes through all types. The rare ones at the end, all with frequency 1, pull "
            "it; only the top ones are to be used.",
            {"reverse=True)[:top]": "reverse=True)"},
        ),
        Misconception(
            "epsilon_in_the_logarithm",
            "A small number is added to each probability, which makes improbable words look "
            "better than they are. Probabilities are positive: nothing needs a guard.",
            {"math.log(prob(word, sent[:i]))": "math.log(prob(word, sent[:i]) + 1e-10)"},
        ),
        Misconception(
            "smaller_epsilon_in_the_logarithm",
            "A small number is added to each probability, which makes improbable words look "
            "better than they are. Probabilities are positive: nothing needs a guard.",
            {"math.log(prob(word, sent[:i]))": "math.log(prob(word, sent[:i]) + 1e-12)"},
        ),
        Misconception(
            "probabilities_clipped",
            "Probabilities below a small number are raised to it. They are positive: nothing "
            "needs a guard.",
            {"math.log(prob(word, sent[:i]))": "math.log(max(prob(word, sent[:i]), 1e-12))"},
        ),
        Misconception(
            "bits_for_perplexity",
            "This is the mean in bits. The perplexity is 2 to that power.",
            {"math.log(prob": "math.log2(prob", "math.exp(-sum(logs) / len(logs))": "-sum(logs) / len(logs)"},
        ),
        Misconception(
            "mean_for_perplexity",
            "This is the mean negative log-probability. The perplexity is its exponential.",
            {"math.exp(-sum(logs) / len(logs))": "-sum(logs) / len(logs)"},
        ),
        Misconception(
            "empty_sentences_skipped",
            'Empty sentences are skipped. In each one "</s>" is predicted, and counts.',
            {"for sent in sents for i, word": "for sent in sents if sent for i, word"},
        ),
        Misconception(
            "one_long_sentence",
            "All sentences are read as one. Each begins with an empty context and ends with "
            '"</s>".',
            {"    logs = [": "    sents = [[word for sent in sents for word in sent]]\n    logs = ["},
        ),
        Misconception(
            "two_words_of_context",
            "The model is given the last two words only. It gets all words of the sentence "
            "before; it decides itself how far it looks back.",
            {"sent[:i])": "sent[max(0, i - 2) : i])"},
        ),
        Misconception(
            "start_mark_in_the_context",
            "A mark <s> is put in front of the context. prob does that itself.",
            {"sent[:i])": '["<s>", *sent[:i]])'},
        ),
        Misconception(
            "tuple_for_context",
            "The context is passed as a tuple. prob takes a list.",
            {"sent[:i])": "tuple(sent[:i]))"},
        ),
        Misconception(
            "context_across_sentences",
            "The context goes on over the ends of sentences. Each sentence begins with an empty "
            "one.",
            {
                '    logs = [math.log(prob(word, sent[:i])) for sent in sents for i, word in enumerate([*sent, "</s>"])]':
                    '    text = [word for sent in sents for word in [*sent, "</s>"]]\n    logs = [math.log(prob(word, text[:i])) for i, word in enumerate(text)]',
            },
        ),
        Misconception(
            "slope_in_small_letters",
            "Tokens are made small before they are counted. The and the are two types.",
            {"collections.Counter(tokens)": "collections.Counter(token.lower() for token in tokens)"},
        ),
        Misconception(
            "rarest_types",
            "The rarest types are used. Rank 1 is the most frequent.",
            {
                "sorted(collections.Counter(tokens).values(), reverse=True)[:top]":
                    "sorted(collections.Counter(tokens).values())[:top]",
            },
        ),
        Misconception(
            "slope_of_the_two_ends",
            "The line goes through the first and the last rank. The least-squares line takes all "
            "into account.",
            {
                "slope, _ = np.polyfit(np.log(ranks), np.log(freqs), 1)":
                    "slope = math.log(freqs[-1] / freqs[0]) / math.log(len(freqs))",
            },
        ),
        Misconception(
            "line_through_the_first_rank",
            "The line is forced through the first rank. The least-squares line has an intercept "
            "of its own.",
            {
                "slope, _ = np.polyfit(np.log(ranks), np.log(freqs), 1)":
                    "x, y = np.log(ranks), np.log(freqs) - np.log(freqs[0])\n    slope = x @ y / (x @ x)",
            },
        ),
        Misconception(
            "ranks_from_two",
            "The ranks start at 2. The most frequent type has rank 1.",
            {"np.arange(1, len(freqs) + 1)": "np.arange(2, len(freqs) + 2)"},
        ),
        Misconception(
            "one_added_in_the_logarithms",
            "The logarithm is taken of 1 + x. Ranks and frequencies are at least 1; nothing is "
            "to be added.",
            {"np.log(ranks), np.log(freqs)": "np.log1p(ranks), np.log1p(freqs)"},
        ),
        Misconception(
            "ties_share_the_mean_rank",
            "Types of equal frequency share their mean rank. They get consecutive ranks.",
            {
                "    slope, _":
                    "    ranks = np.array([np.mean([r for r, g in zip(ranks, freqs) if g == f]) for f in freqs])\n    slope, _",
            },
        ),
        Misconception(
            "first_tokens_for_top_types",
            "top cuts the text. It is the number of most frequent types.",
            {
                "collections.Counter(tokens).values(), reverse=True)[:top]":
                    "collections.Counter(tokens[:top]).values(), reverse=True)",
            },
        ),
        Misconception(
            "correlation_for_slope",
            "This is the correlation. The slope also depends on how wide the two spread.",
            {
                "slope, _ = np.polyfit(np.log(ranks), np.log(freqs), 1)":
                    "slope = np.corrcoef(np.log(ranks), np.log(freqs))[0, 1]",
            },
        ),
        Misconception(
            "frequency_not_in_logarithms",
            "The frequency is not in logarithms. Both axes are logarithmic.",
            {"np.log(ranks), np.log(freqs)": "np.log(ranks), freqs"},
        ),
        Misconception(
            "two_bases",
            "The two logarithms have different bases, so the slope is off by their ratio.",
            {"np.log(ranks), np.log(freqs)": "np.log(ranks), np.log10(freqs)"},
        ),
        Misconception(
            "no_end_of_sentence",
            "The ends of the sentences are left out. </s> is predicted like a word, in an empty sentence, too.",
            {'enumerate([*sent, "</s>"])]': "enumerate(sent)]"},
        ),
        Misconception(
            "divided_by_the_words",
            "The probabilities of </s> are in the sum, but the sum is divided by the number of words only. Divide "
            "by the number of all predicted positions.",
            {"/ len(logs))": "/ sum(map(len, sents)))"},
        ),
        Misconception(
            "end_mark_in_its_own_context",
            "The context holds the word that is to be predicted, at the end </s> as well.",
            {"sent[:i])": '[*sent, "</s>"][: i + 1])'},
        ),
        Misconception(
            "product_of_zero",
            "The probabilities are multiplied, and the product of a long text is 0 in float64, which has no root "
            "to divide by. Add logarithms.",
            {"math.exp(-sum(logs) / len(logs))": "math.prod(math.exp(log) for log in logs) ** (-1 / len(logs))"},
        ),
        Misconception(
            "mean_of_means",
            "The logarithms are averaged in each sentence, and these means again. Average over all positions "
            "together, so that a long sentence weighs more.",
            {
                "    logs = [":
                    "    if len(sents) > 1:\n        return math.exp(sum(math.log(perplexity(prob, [sent])) for sent in sents) / len(sents))\n    logs = [",
            },
        ),
        Misconception(
            "minus_forgotten",
            "The minus in the exponent is missing: this is the geometric mean of the probabilities, and "
            "perplexity is its inverse.",
            {"math.exp(-sum": "math.exp(sum"},
        ),
        Misconception(
            "sum_for_mean",
            "The logarithms are added but not divided by their number. Perplexity is per position.",
            {"-sum(logs) / len(logs)": "-sum(logs)"},
        ),
        Misconception(
            "end_mark_appended_to_the_sentences",
            "</s> is appended to the sentences that were passed. Make a new list.",
            {'enumerate([*sent, "</s>"])]': 'enumerate(sent.append("</s>") or sent)]'},
        ),
        Misconception(
            "probabilities_clipped_at_1e_10",
            "Probabilities below a small number are raised to it. They are positive: nothing needs a guard.",
            {"math.log(prob(word, sent[:i]))": "math.log(max(prob(word, sent[:i]), 1e-10))"},
        ),
        Misconception(
            "intercept_for_slope",
            "This is the intercept. np.polyfit returns the slope first.",
            {"slope, _ = np": "_, slope = np"},
        ),
        Misconception(
            "no_logarithms",
            "The line goes through ranks and frequencies themselves. Both axes are logarithmic.",
            {"np.log(ranks), np.log(freqs)": "ranks, freqs"},
        ),
        Misconception(
            "more_ranks_than_types",
            "There are top ranks even where the text has fewer types. As many as there are frequencies are "
            "needed.",
            {"np.arange(1, len(freqs) + 1)": "np.arange(1, top + 1)"},
        ),
        Misconception(
            "line_through_the_origin",
            "The line is forced through the origin. The least-squares line has an intercept of its own.",
            {
                "slope, _ = np.polyfit(np.log(ranks), np.log(freqs), 1)":
                    "x, y = np.log(ranks), np.log(freqs)\n    slope = x @ y / (x @ x)",
            },
        ),
        Misconception(
            "ties_share_the_first_rank",
            "Types of equal frequency share the first of their ranks. They get consecutive ranks.",
            {"    slope, _": "    ranks = np.array([freqs.index(f) + 1 for f in freqs])\n    slope, _"},
        ),
    ],
}
