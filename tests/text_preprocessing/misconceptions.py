"""What students get wrong in text_preprocessing, as edits of the reference."""

from dlcourse.authoring import Misconception

MISCONCEPTIONS = {
    "clean_text": [
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
    ],
    "word_tokenize": [
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
    ],
    "bpe_train": [
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
    ],
    "count_matrix": [
        Misconception(
            "presence_for_count",
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
    ],
    "tfidf": [
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
    ],
    "ngram_lm": [
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
    ],
}
