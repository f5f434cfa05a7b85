from dlcourse.authoring import Misconception

MISCONCEPTIONS = [
    # 1
    Misconception(
        question="clean_text",
        name="tags_deleted_without_a_space",
        hint="Tags are deleted, so the words on both sides of a tag are glued to one. A tag often is "
        "the only border between two words; put a space in its place.",
        edits=[('</?[a-z][^>]*>", " "', '</?[a-z][^>]*>", ""')],
    ),
    Misconception(
        question="clean_text",
        name="greedy_tags",
        hint="The pattern for a tag runs on to the last > of the line and takes all the text between "
        "the first and the last tag with it. A tag ends at the next >.",
        edits=[("[^>]*>", ".*>")],
    ),
    Misconception(
        question="clean_text",
        name="dot_stops_at_line_breaks",
        hint="A tag that runs over two lines stays in the text: in a regular expression the dot does "
        "not match a line break unless it is told to.",
        edits=[("[^>]*>", ".*?>")],
    ),
    Misconception(
        question="clean_text",
        name="every_angle_bracket_is_a_tag",
        hint="Whatever stands between < and > is taken for a tag, so a comparison such as a < b and c "
        "> d loses its middle. A tag has a letter, or a slash and a letter, right behind the <.",
        edits=[("</?[a-z][^>]*>", "<[^>]*>")],
    ),
    Misconception(
        question="clean_text",
        name="punctuation_first",
        hint="Punctuation is removed before URLs and addresses are looked for. They are recognised by "
        "their punctuation; afterwards they are words such as httpsexamplecom.",
        edits=[
            (
                '    text = re.sub(r"(https?',
                '    text = "".join(c for c in text if c.isalpha() or c.isspace())\n'
                '    text = re.sub(r"(https?',
            )
        ],
    ),
    Misconception(
        question="clean_text",
        name="urls_before_tags",
        hint="URLs are removed before tags. A URL goes on to the next white space, so it takes a tag "
        "that follows, and the word behind that, with it.",
        edits=[
            (
                '    text = re.sub(r"</?[a-z][^>]*>", " ", text)\n'
                '    text = re.sub(r"(https?://|www\\.)\\S*", " ", text)\n',
                '    text = re.sub(r"(https?://|www\\.)\\S*", " ", text)\n'
                '    text = re.sub(r"</?[a-z][^>]*>", " ", text)\n',
            )
        ],
    ),
    Misconception(
        question="clean_text",
        name="alternatives_without_brackets",
        hint="In a regular expression | has the lowest precedence: without brackets around the "
        "alternatives, the first one is only http://, and the rest of the URL stays as words.",
        edits=[("(https?://|www\\.)\\S*", "https?://|www\\.\\S*")],
    ),
    Misconception(
        question="clean_text",
        name="address_from_letters_only",
        hint="Only a part of the run around the @ is removed, up to the nearest point, sign or "
        "bracket. The rest of the address stays behind as words such as org. Take the whole run "
        "up to the white space.",
        edits=[("\\S+@\\S+", "\\w+@\\w+")],
    ),
    Misconception(
        question="clean_text",
        name="white_space_not_collapsed",
        hint="Runs of spaces stay. Each replacement puts in a space of its own, so splitting at a "
        "single space would give empty words.",
        edits=[('" ".join(text.split())', "text.strip()")],
    ),
    Misconception(
        question="clean_text",
        name="letters_are_a_to_z",
        hint="Only a to z count as letters, so é breaks a word in two and other alphabets vanish. "
        "str.isalpha knows them all.",
        edits=[("c.isalpha()", '"a" <= c <= "z"')],
    ),
    Misconception(
        question="clean_text",
        name="digits_kept",
        hint="Digits are kept. str.isalnum is true for them, str.isalpha is not.",
        edits=[("c.isalpha()", "c.isalnum()")],
    ),
    Misconception(
        question="clean_text",
        name="accents_not_composed",
        hint="A letter followed by a combining accent is torn apart, because the accent by itself is "
        "no letter. Bring the text to form NFC first.",
        edits=[('unicodedata.normalize("NFC", text)', "text")],
    ),
    # 2
    Misconception(
        question="word_tokenize",
        name="split_at_white_space",
        hint="The text is split at white space only. Punctuation stays stuck to the words, and end and "
        "end. become different types.",
        edits=[
            ('re.findall(rf"{clitic}|{number}|{before_not}|{word}|\\S", text, re.IGNORECASE)', "text.split()")
        ],
    ),
    Misconception(
        question="word_tokenize",
        name="numbers_cut_at_commas",
        hint="150,000 is cut at its comma. A comma or point between two digits is a part of the number.",
        edits=[(r"\d+(?:[.,]\d+)*", r"\d+")],
    ),
    Misconception(
        question="word_tokenize",
        name="numbers_keep_a_final_point",
        hint="The number takes the point or comma behind it as well. It belongs to the number only if "
        "a digit follows; otherwise it is punctuation.",
        edits=[(r"\d+(?:[.,]\d+)*", r"\d[\d.,]*")],
    ),
    Misconception(
        question="word_tokenize",
        name="not_split_at_the_apostrophe",
        hint="can't is split at its apostrophe into can and 't. The second half is the word not: it is "
        "n't, with the n.",
        edits=[
            ("(?:n't|'(?:s|re|ve|ll|d|m))", "(?:'(?:t|s|re|ve|ll|d|m))"),
            ("{before_not}|", ""),
        ],
    ),
    Misconception(
        question="word_tokenize",
        name="contractions_not_split",
        hint="A word with an apostrophe stays in one piece: it's and dog's are types of their own, "
        "apart from it and dog.",
        edits=[
            ('(?:[^\\W_]|-(?=[^\\W_]))*"', "(?:[^\\W_]|[-'](?=[^\\W_]))*\""),
            ("{before_not}|", ""),
        ],
    ),
    Misconception(
        question="word_tokenize",
        name="clitic_without_its_end",
        hint="An apostrophe and an s are taken for a clitic although the word goes on: 'strong' in "
        "quotation marks loses its s. A clitic counts only if no letter or digit follows.",
        edits=[("(?:s|re|ve|ll|d|m))\\b", "(?:s|re|ve|ll|d|m))")],
    ),
    Misconception(
        question="word_tokenize",
        name="capitals_not_recognised",
        hint="Contractions in capitals, as in DON'T, are not recognised. The rules are the same for "
        "capitals.",
        edits=[(", text, re.IGNORECASE)", ", text)")],
    ),
    Misconception(
        question="word_tokenize",
        name="hyphens_cut",
        hint="state-of-the-art is cut at its hyphens. A hyphen with a letter or digit behind it "
        "belongs to the word.",
        edits=[("(?:[^\\W_]|-(?=[^\\W_]))*", "(?:[^\\W_])*")],
    ),
    Misconception(
        question="word_tokenize",
        name="hyphen_at_the_end_kept",
        hint="A hyphen at the end of a word is kept with it. It belongs to the word only if a letter "
        "or digit follows.",
        edits=[("-(?=[^\\W_])", "-")],
    ),
    Misconception(
        question="word_tokenize",
        name="punctuation_dropped",
        hint="Punctuation is missing. Joined together, the tokens must be the text without its white "
        "space: the last rule takes every other character.",
        edits=[("|{word}|\\S", "|{word}")],
    ),
    Misconception(
        question="word_tokenize",
        name="lower_cased",
        hint="The tokens are in lower case. A tokenizer returns the text as it stands; lower case is a "
        "decision of its own, and loses the difference between US and us.",
        edits=[('\\S", text, re', '\\S", text.lower(), re')],
    ),
    # 3
    Misconception(
        question="bpe_train",
        name="frequencies_ignored",
        hint="Each word of the dict counts once. Its frequency says how often it stands in the corpus, "
        "and each time it brings its pairs along.",
        edits=[("counts[pair] += word_freqs[word]", "counts[pair] += 1")],
    ),
    Misconception(
        question="bpe_train",
        name="joined_by_string_replacement",
        hint="The pair is replaced in a string of symbols with spaces between them. That joins across "
        "the borders of symbols: re s becomes res although the pair is e and s. Compare whole "
        "symbols.",
        edits=[
            (
                "    merged, i = [], 0\n",
                '    return " ".join(symbols).replace(" ".join(pair), "".join(pair)).split()\n'
                "    merged, i = [], 0\n",
            )
        ],
    ),
    Misconception(
        question="bpe_train",
        name="only_the_first_occurrence_joined",
        hint="A pair is joined once per word. A merge applies to all its occurrences.",
        edits=[
            (
                "            i += 2\n",
                "            i += 2\n            merged += symbols[i:]\n            break\n",
            )
        ],
    ),
    Misconception(
        question="bpe_train",
        name="pairs_across_words",
        hint="The last symbol of a word and the first of the next are counted as a pair. Words are "
        "units: which word stands next to which in the dict says nothing about the text.",
        edits=[
            (
                "            for pair in zip(symbols, symbols[1:]):\n",
                "            later = [s for w in list(words)[list(words).index(word) + 1 :] for s in words[w]]\n"
                "            for pair in zip(symbols, symbols[1:] + later[:1]):\n",
            )
        ],
    ),
    Misconception(
        question="bpe_train",
        name="ties_by_the_alphabet",
        hint="Among equally frequent pairs the alphabet decides. Here the pair that comes first in the "
        "corpus wins.",
        edits=[("max(counts, key=counts.get)", "max(counts, key=lambda p: (counts[p], p))")],
    ),
    Misconception(
        question="bpe_train",
        name="ties_to_the_last",
        hint="Among equally frequent pairs the last one wins, as it does when a running maximum is "
        "replaced by equal values, too. The first one should.",
        edits=[("max(counts, key=counts.get)", "max(reversed(list(counts)), key=counts.get)")],
    ),
    Misconception(
        question="bpe_train",
        name="no_end_mark",
        hint="The words have no end mark. Then an ending such as est cannot be told from the same "
        "letters inside a word, and the text cannot be put together again.",
        edits=[('[*word, "</w>"]', "[*word]")],
    ),
    Misconception(
        question="bpe_train",
        name="counted_only_once",
        hint="The pairs are counted once, before the first merge, and the most frequent ones are "
        "returned. Each merge makes new symbols and takes old pairs away, so the counts must be "
        "taken anew.",
        edits=[
            (
                "        if not counts:\n",
                "        for pair in merges:\n            del counts[pair]\n        if not counts:\n",
            ),
            ("        words = {word: merge_pair(symbols, best) for word, symbols in words.items()}\n", ""),
        ],
    ),
    Misconception(
        question="bpe_train",
        name="pair_counted_once_per_word",
        hint="A pair that stands twice in a word is counted once. Every position counts.",
        edits=[("in zip(symbols, symbols[1:]):", "in dict.fromkeys(zip(symbols, symbols[1:])):")],
    ),
    # 4
    Misconception(
        question="bpe_encode",
        name="longest_piece_from_the_left",
        hint="The longest known piece is taken from the left. That is how WordPiece reads. BPE replays "
        "its merges in the order in which they were learned, and an early merge can forbid a "
        "longer piece.",
        edits=[
            (
                "    for pair in merges:\n        symbols = merge_pair(symbols, pair)\n    return symbols",
                "    pieces, out = {a + b for a, b in merges}, []\n"
                "    while symbols:\n"
                '        sizes = [j for j in range(1, len(symbols) + 1) if j == 1 or "".join(symbols[:j]) in pieces]\n'
                '        out.append("".join(symbols[: sizes[-1]]))\n'
                "        symbols = symbols[sizes[-1] :]\n"
                "    return out",
            )
        ],
    ),
    Misconception(
        question="bpe_encode",
        name="each_merge_joins_once",
        hint="Each merge joins only its first occurrence. A pair that stands twice in a word is joined "
        "twice.",
        edits=[
            (
                "        symbols = merge_pair(symbols, pair)\n",
                "        places = [i for i in range(len(symbols) - 1) if tuple(symbols[i : i + 2]) == pair]\n"
                "        if places:\n"
                "            i = places[0]\n"
                "            symbols = symbols[:i] + [symbols[i] + symbols[i + 1]] + symbols[i + 2 :]\n",
            )
        ],
    ),
    Misconception(
        question="bpe_encode",
        name="encoded_without_end_mark",
        hint="The word has no end mark, so no merge that was learned with it can apply, and the end of "
        "the word is lost.",
        edits=[('symbols = [*word, "</w>"]', "symbols = [*word]")],
    ),
    Misconception(
        question="bpe_encode",
        name="end_mark_added_afterwards",
        hint="The end mark is added after the merges. It is a symbol like the others and takes part in "
        "them: est and </w> are joined to one piece.",
        edits=[
            ('symbols = [*word, "</w>"]', "symbols = [*word]"),
            ("    return symbols\n", '    return [*symbols, "</w>"]\n'),
        ],
    ),
    Misconception(
        question="bpe_encode",
        name="last_merge_first",
        hint="The merges are applied from the last to the first. Later merges join what earlier ones "
        "have made, so they find nothing yet.",
        edits=[("for pair in merges:", "for pair in reversed(merges):")],
    ),
    Misconception(
        question="bpe_encode",
        name="an_empty_word_at_the_end",
        hint="There is an empty word at the end. Splitting at the end marks gives one part more than "
        "there are marks.",
        edits=[("    return words\n", '    return "".join(symbols).split("</w>")\n')],
    ),
    Misconception(
        question="bpe_encode",
        name="joined_text_cut_at_the_marks",
        hint="All symbols are joined before the text is cut at the end marks. A word that holds the characters "
        "</w> by itself, one symbol each, is then cut in two. Ask of each symbol whether it ends a word.",
        edits=[("    return words\n", '    return "".join(symbols).split("</w>")[:-1]\n')],
    ),
    Misconception(
        question="bpe_encode",
        name="symbols_taken_for_words",
        hint="Each symbol became a word. Only the end mark ends a word.",
        edits=[("    return words\n", '    return [symbol.removesuffix("</w>") for symbol in symbols]\n')],
    ),
    # 5
    Misconception(
        question="stem_step1",
        name="y_never_a_vowel",
        hint="y is always a consonant here. After a consonant it is a vowel; otherwise fly, sky and "
        "rhythm have none.",
        edits=[('letter in "aeiou" or (letter == "y" and pattern.endswith("c"))', 'letter in "aeiou"')],
    ),
    Misconception(
        question="stem_step1",
        name="y_always_a_vowel",
        hint="y is always a vowel here. At the beginning of a word and after a vowel it is a "
        "consonant, as in yes and toy.",
        edits=[('letter in "aeiou" or (letter == "y" and pattern.endswith("c"))', 'letter in "aeiouy"')],
    ),
    Misconception(
        question="stem_step1",
        name="y_at_the_beginning_a_vowel",
        hint="A y at the beginning of a word is taken for a vowel. No consonant comes before it, so it "
        "is a consonant.",
        edits=[
            ('(letter == "y" and pattern.endswith("c"))', '(letter == "y" and not pattern.endswith("v"))')
        ],
    ),
    Misconception(
        question="stem_step1",
        name="s_taken_from_ss",
        hint="caress loses its last s. It ends in ss, and that row comes before the one for s and "
        "leaves the word as it is.",
        edits=[('elif word.endswith("s") and not word.endswith("ss"):', 'elif word.endswith("s"):')],
    ),
    Misconception(
        question="stem_step1",
        name="s_before_the_longer_endings",
        hint="The row for s is tried first. It fits every word in s, so the rows for sses, ies and ss are "
        "never reached: ponies becomes ponie and caress becomes cares. Keep the order of the table.",
        edits=[
            (
                '    if word.endswith(("sses", "ies")):\n        word = word[:-2]\n'
                '    elif word.endswith("s") and not word.endswith("ss"):\n',
                '    if word.endswith("s"):\n',
            )
        ],
    ),
    Misconception(
        question="stem_step1",
        name="ies_becomes_y",
        hint="ies becomes y, as in a dictionary. Porter's rule gives i: a stem need not be a word, it "
        "only has to be the same for pony and ponies at the end of all steps.",
        edits=[
            (
                '    if word.endswith(("sses", "ies")):\n',
                '    if word.endswith("ies"):\n'
                '        word = word[:-3] + "y"\n'
                '    elif word.endswith("sses"):\n',
            )
        ],
    ),
    Misconception(
        question="stem_step1",
        name="no_vowel_needed",
        hint="ed and ing are removed from every word, so sing becomes s and red becomes r. What is "
        "left must hold a vowel.",
        edits=[(' or "v" not in cv_pattern(match[1])', "")],
    ),
    Misconception(
        question="stem_step1",
        name="feed_tries_the_next_row",
        hint="feed becomes fe: the row for eed fits but its condition fails, and the next row is "
        "tried. The first row whose ending fits closes the part, whether its condition holds or "
        "not.",
        edits=[
            (
                '        return word[:-1] if "vc" in cv_pattern(word[:-3]) else word\n',
                '        if "vc" in cv_pattern(word[:-3]):\n            return word[:-1]\n',
            )
        ],
    ),
    Misconception(
        question="stem_step1",
        name="eed_needs_only_a_vowel",
        hint="The rule for eed asks whether there is a vowel before it. It asks for the measure: a "
        "consonant that follows a vowel.",
        edits=[('"vc" in cv_pattern(word[:-3])', '"v" in cv_pattern(word[:-3])')],
    ),
    Misconception(
        question="stem_step1",
        name="eed_measured_on_the_whole_word",
        hint="The measure is taken of the whole word. The ending eed itself holds a vowel and a "
        "consonant, so the condition holds for feed, too. Measure what stands before the ending.",
        edits=[('"vc" in cv_pattern(word[:-3])', '"vc" in cv_pattern(word)')],
    ),
    Misconception(
        question="stem_step1",
        name="no_repair",
        hint="Nothing is repaired after ed or ing: hopping gives hopp and hoping gives hop, so neither "
        "meets the stem of hop or hope.",
        edits=[
            (
                "    stem, pattern = match[1], cv_pattern(match[1])\n",
                "    return match[1]\n    stem, pattern = match[1], cv_pattern(match[1])\n",
            )
        ],
    ),
    Misconception(
        question="stem_step1",
        name="doubled_l_s_z_dropped",
        hint="falling becomes fal. Doubled l, s and z are kept, since many words end in them: fall, "
        "hiss, fizz.",
        edits=[(' and stem[-1] not in "lsz"', "")],
    ),
    Misconception(
        question="stem_step1",
        name="doubled_vowels_dropped",
        hint="seeing becomes se. Only doubled consonants are reduced.",
        edits=[
            (
                'pattern.endswith("cc") and stem[-1] == stem[-2] and',
                "len(stem) > 1 and stem[-1] == stem[-2] and",
            )
        ],
    ),
    Misconception(
        question="stem_step1",
        name="e_after_w_x_y",
        hint="showing becomes showe. No e is added after w, x and y.",
        edits=[(' and stem[-1] not in "wxy"', "")],
    ),
    Misconception(
        question="stem_step1",
        name="e_for_every_measure",
        hint="visiting becomes visite. The e is added only to short stems, with m = 1.",
        edits=[('pattern.count("vc") == 1 and ', "")],
    ),
    Misconception(
        question="stem_step1",
        name="stopwords_as_parts",
        hint="A token that merely contains a stopword is removed. Compare whole words: there is not the.",
        edits=[("if token.lower() not in stop]", "if not any(s in token.lower() for s in stop)]")],
    ),
    Misconception(
        question="stem_step1",
        name="stopwords_with_capitals_kept",
        hint="Stopwords with a capital are kept, such as The at the beginning of a sentence. The list "
        "is in lower case; compare in lower case.",
        edits=[("if token.lower() not in stop", "if token not in stop")],
    ),
    Misconception(
        question="stem_step1",
        name="tokens_returned_in_lower_case",
        hint="The tokens that stay are changed to lower case. Only the comparison is in lower case.",
        edits=[
            (
                "[token for token in tokens if token.lower()",
                "[token.lower() for token in tokens if token.lower()",
            )
        ],
    ),
    Misconception(
        question="stem_step1",
        name="removed_while_iterating",
        hint="Tokens are removed from the list while a loop runs over it. The loop then skips the "
        "token behind each removed one, and the caller's list is changed. Build a new list.",
        edits=[
            (
                "    return [token for token in tokens if token.lower() not in stop]",
                "    for token in tokens:\n"
                "        if token.lower() in stop:\n"
                "            tokens.remove(token)\n"
                "    return tokens",
            )
        ],
    ),
    # 6
    Misconception(
        question="count_matrix",
        name="presence_for_count",
        hint="The entries are 0 and 1. X counts how often a word stands in the document.",
        edits=[("X[i, column[token]] += 1", "X[i, column[token]] = 1")],
    ),
    Misconception(
        question="count_matrix",
        name="order_of_first_appearance",
        hint="The columns are in the order in which the words come up. The vocabulary is sorted, so "
        "that it does not depend on the order of the documents.",
        edits=[
            (
                "sorted({token for doc in docs for token in doc})",
                "list(dict.fromkeys(t for doc in docs for t in doc))",
            )
        ],
    ),
    Misconception(
        question="count_matrix",
        name="sorted_without_case",
        hint="The vocabulary is sorted as in a dictionary. Python sorts by code point, capitals first.",
        edits=[("for doc in docs for token in doc})", "for doc in docs for token in doc}, key=str.lower)")],
    ),
    Misconception(
        question="count_matrix",
        name="vocabulary_of_the_new_documents",
        hint="The columns are made from these documents although a vocabulary was given. A model that "
        "was trained on the old columns would read each weight for the wrong word.",
        edits=[("    if vocab is None:\n        vocab", "    vocab")],
    ),
    Misconception(
        question="count_matrix",
        name="given_vocabulary_sorted",
        hint="The given vocabulary is sorted again. Its order is that of the columns of the trained model.",
        edits=[("    column = {", "    vocab = sorted(vocab)\n    column = {")],
    ),
    Misconception(
        question="count_matrix",
        name="empty_vocabulary_taken_for_none",
        hint="An empty vocabulary is treated as if none had been given. An empty list is false in "
        "Python; ask for None.",
        edits=[("if vocab is None:", "if not vocab:")],
    ),
    Misconception(
        question="count_matrix",
        name="documents_in_columns",
        hint="The matrix is transposed: a row should be a document.",
        edits=[("return X, vocab", "return X.T, vocab")],
    ),
    # 7
    Misconception(
        question="tfidf",
        name="df_counts_occurrences",
        hint="df adds up the counts. It is the number of documents that hold the word, however often "
        "they do.",
        edits=[("(X > 0).sum(axis=0)", "X.sum(axis=0)")],
    ),
    Misconception(
        question="tfidf",
        name="not_smoothed",
        hint="The idf is ln(N / df) + 1 without the imaginary document. A word of the vocabulary that "
        "no document holds then divides by 0.",
        edits=[("(1 + len(X)) / (1 + df)", "len(X) / df")],
    ),
    Misconception(
        question="tfidf",
        name="only_the_denominator_smoothed",
        hint="1 is added to df but not to N. The imaginary document is a document, too; without it a "
        "word in all documents gets a negative logarithm.",
        edits=[("(1 + len(X)) / (1 + df)", "len(X) / (1 + df)")],
    ),
    Misconception(
        question="tfidf",
        name="nothing_added_to_the_logarithm",
        hint="The 1 behind the logarithm is missing. Words that stand in all documents get the weight "
        "0 and vanish.",
        edits=[("np.log((1 + len(X)) / (1 + df)) + 1", "np.log((1 + len(X)) / (1 + df))")],
    ),
    Misconception(
        question="tfidf",
        name="logarithm_to_base_10",
        hint="The logarithm is to base 10. Because of the 1 that is added, the base is no common "
        "factor, and it changes the ratio of the weights.",
        edits=[("np.log(", "np.log10(")],
    ),
    Misconception(
        question="tfidf",
        name="df_over_n",
        hint="The quotient is upside down: frequent words get the large weights. It is the inverse "
        "document frequency.",
        edits=[("(1 + len(X)) / (1 + df)", "(1 + df) / (1 + len(X))")],
    ),
    Misconception(
        question="tfidf",
        name="vocabulary_size_for_documents",
        hint="N is the number of documents, which are the rows. Here the number of columns is used.",
        edits=[("1 + len(X)", "1 + X.shape[1]")],
    ),
    Misconception(
        question="tfidf",
        name="columns_of_length_1",
        hint="The columns are divided by their lengths. The rows should be: a row is a document, and "
        "its length must not matter.",
        edits=[("axis=1, keepdims", "axis=0, keepdims")],
    ),
    Misconception(
        question="tfidf",
        name="rows_that_add_up_to_1",
        hint="The rows are divided by their sums. For a cosine they are divided by their Euclidean lengths.",
        edits=[("np.linalg.norm(M, axis=1, keepdims=True)", "np.abs(M).sum(axis=1, keepdims=True)")],
    ),
    Misconception(
        question="tfidf",
        name="not_normalised",
        hint="The rows are not divided by their lengths, so a long document is larger than a short one "
        "on the same subject.",
        edits=[("return np.divide(M, length, out=np.zeros_like(M), where=length > 0)", "return M")],
    ),
    Misconception(
        question="tfidf",
        name="idf_refitted_on_the_new_documents",
        hint="The idf is computed from the documents to be transformed, and the one that was given is "
        "ignored. A new document must be weighted as the training documents were, or the rows "
        "cannot be compared.",
        edits=[("M = X * idf", "M = X * fit_idf(X)")],
    ),
    Misconception(
        question="tfidf",
        name="zero_row_becomes_nan",
        hint="A document without any word of the vocabulary gives 0 / 0 = nan. Its row should stay zero.",
        edits=[("np.divide(M, length, out=np.zeros_like(M), where=length > 0)", "M / length")],
    ),
    # 8
    Misconception(
        question="ngram_lm",
        name="k_only_above",
        hint="k is added to the count but not to the denominator. The probabilities of all words then "
        "add up to more than 1.",
        edits=[("histories[history] + k * len(vocab)", "max(histories[history], 1)")],
    ),
    Misconception(
        question="ngram_lm",
        name="k_once_below",
        hint="The denominator grows by k once. Each word that can be predicted has got k, so it grows "
        "by k times their number.",
        edits=[("histories[history] + k * len(vocab)", "histories[history] + k")],
    ),
    Misconception(
        question="ngram_lm",
        name="k_is_1",
        hint="1 is added instead of k.",
        edits=[
            (
                "(ngrams[history, word] + k) / (histories[history] + k * len(vocab))",
                "(ngrams[history, word] + 1) / (histories[history] + len(vocab))",
            )
        ],
    ),
    Misconception(
        question="ngram_lm",
        name="vocabulary_of_words_only",
        hint="The vocabulary in the denominator holds the words only. </s> and <unk> are predicted as "
        "well and have got their k; without them the probabilities add up to more than 1.",
        edits=[("k * len(vocab)", "k * (len(vocab) - 2)")],
    ),
    Misconception(
        question="ngram_lm",
        name="vocabulary_without_unk",
        hint="<unk> is not counted in the vocabulary. New words have a probability, too, so it must be "
        "paid for in the denominator.",
        edits=[("k * len(vocab)", "k * (len(vocab) - 1)")],
    ),
    Misconception(
        question="ngram_lm",
        name="vocabulary_with_start_mark",
        hint="<s> is counted in the vocabulary. It is never predicted, so it should get no share, and "
        "the probabilities of what can be predicted add up to less than 1.",
        edits=[("k * len(vocab)", "k * (len(vocab) + 1)")],
    ),
    Misconception(
        question="ngram_lm",
        name="history_counted_behind_the_end",
        hint="Histories are counted wherever they stand, also behind the last </s>, where nothing is "
        "predicted. c(h) is the number of times that something followed h.",
        edits=[
            ("            histories[history] += 1\n", ""),
            (
                "    def prob(",
                '    for sent in sents:\n        padded = ["<s>"] * (n - 1) + sent + ["</s>"]\n'
                "        for i in range(len(sent) + 3):\n"
                "            histories[tuple(padded[i : i + n - 1])] += 1\n"
                "\n"
                "    def prob(",
            ),
        ],
    ),
    Misconception(
        question="ngram_lm",
        name="end_not_predicted",
        hint="The end of the sentence is not counted. </s> is predicted after the last word like any "
        "other symbol.",
        edits=[("range(len(sent) + 1)", "range(len(sent))")],
    ),
    Misconception(
        question="ngram_lm",
        name="beginning_not_padded",
        hint="Only n-grams inside the sentence are counted. The first words are predicted, too, from a "
        "history of start marks.",
        edits=[("range(len(sent) + 1)", "range(n - 1, len(sent) + 1)")],
    ),
    Misconception(
        question="ngram_lm",
        name="minus_zero",
        hint="The last n-1 words are taken by a slice from -(n-1). For n = 1 that is -0, which is 0: "
        "the slice is the whole context instead of nothing.",
        edits=[("[len(context) :]", "[-(n - 1) :]")],
    ),
    Misconception(
        question="ngram_lm",
        name="first_words_of_the_context",
        hint="The history is made of the first words of the context. The last ones count, next to the "
        "word that is predicted.",
        edits=[("[len(context) :]", "[: n - 1]")],
    ),
    Misconception(
        question="ngram_lm",
        name="unknown_word_not_mapped",
        hint="A new word is looked up under its own name, and not as <unk>. It is the same as long as "
        "<unk> has no counts; it is not where rare words of the training text were replaced by "
        "<unk>.",
        edits=[('        word = word if word in vocab else "<unk>"\n', "")],
    ),
    Misconception(
        question="ngram_lm",
        name="unknown_context_not_mapped",
        hint="New words are read as <unk> where they are predicted, but not in the context.",
        edits=[('[w if w in vocab else "<unk>" for w in context]', "list(context)")],
    ),
    # 9
    Misconception(
        question="perplexity",
        name="arithmetic_mean",
        hint="This is the inverse of the arithmetic mean of the probabilities. Perplexity belongs to "
        "the geometric mean: probabilities of a text multiply.",
        edits=[("math.exp(-sum(logs) / len(logs))", "len(logs) / sum(math.exp(log) for log in logs)")],
    ),
    Misconception(
        question="perplexity",
        name="mean_of_inverse_probabilities",
        hint="The inverse probabilities are averaged. Average the logarithms; one very improbable word "
        "would rule the result otherwise.",
        edits=[("math.exp(-sum(logs) / len(logs))", "sum(math.exp(-log) for log in logs) / len(logs)")],
    ),
    Misconception(
        question="perplexity",
        name="start_marks_counted",
        hint="The mean is over one position more per sentence: <s> is counted as predicted. It is given.",
        edits=[("/ len(logs))", "/ (len(logs) + len(sents)))")],
    ),
    Misconception(
        question="perplexity",
        name="ends_left_out",
        hint="The ends of the sentences are left out. </s> is predicted like a word.",
        edits=[('enumerate([*sent, "</s>"])]', "enumerate(sent)] or [0.0]")],
    ),
    Misconception(
        question="perplexity",
        name="ends_predicted_but_not_counted",
        hint="The probabilities of </s> are in the sum, but the sum is divided by the number of words "
        "only. Divide by the number of all predicted positions.",
        edits=[("/ len(logs))", "/ max(len(logs) - len(sents), 1))")],
    ),
    Misconception(
        question="perplexity",
        name="one_position_short",
        hint="The sum is divided by one less than the number of its terms. It is a plain mean over all predicted "
        "positions of all sentences: every word, and one </s> per sentence.",
        edits=[("/ len(logs))", "/ max(len(logs) - 1, 1))")],
    ),
    Misconception(
        question="perplexity",
        name="bits_with_exp",
        hint="The logarithm has base 2 and the exponential base e. They must be inverse to each other.",
        edits=[("math.log(prob", "math.log2(prob")],
    ),
    Misconception(
        question="perplexity",
        name="mean_over_sentences",
        hint="The perplexity of each sentence is computed, and these are averaged. Average the "
        "logarithms over all positions together, so that a long sentence weighs more.",
        edits=[
            (
                "    logs = [",
                "    if len(sents) > 1:\n"
                "        return sum(perplexity(prob, [sent]) for sent in sents) / len(sents)\n    logs = [",
            )
        ],
    ),
    Misconception(
        question="perplexity",
        name="product_underflows",
        hint="The probabilities are multiplied, and the product of a long text is 0 in float64. Add "
        "logarithms.",
        edits=[
            (
                "math.exp(-sum(logs) / len(logs))",
                "(math.prod(math.exp(log) for log in logs) or 5e-324) ** (-1 / len(logs))",
            )
        ],
    ),
    Misconception(
        question="perplexity",
        name="only_one_word_of_context",
        hint="The model gets only the last word. It is given all words before, and decides itself how "
        "many it looks at.",
        edits=[("sent[:i])", "sent[max(i - 1, 0) : i])")],
    ),
    Misconception(
        question="perplexity",
        name="context_with_the_word_itself",
        hint="The context already holds the word that is to be predicted.",
        edits=[("sent[:i])", "sent[: i + 1])")],
    ),
    Misconception(
        question="perplexity",
        name="slope_without_its_sign",
        hint="The slope of a falling line is negative; this is the exponent s of the law, with the "
        "other sign.",
        edits=[("return slope", "return -slope")],
    ),
    Misconception(
        question="perplexity",
        name="rank_over_frequency",
        hint="The axes are exchanged: the line is ln(frequency) over ln(rank), so the rank is x.",
        edits=[
            ("np.polyfit(np.log(ranks), np.log(freqs), 1)", "np.polyfit(np.log(freqs), np.log(ranks), 1)")
        ],
    ),
    Misconception(
        question="perplexity",
        name="rank_not_in_logarithms",
        hint="Only the frequency is in logarithms. A power law is a straight line if both are.",
        edits=[("np.polyfit(np.log(ranks)", "np.polyfit(ranks")],
    ),
    Misconception(
        question="perplexity",
        name="not_sorted_by_frequency",
        hint="The types are ranked in the order in which they come up in the text. Rank 1 is the most "
        "frequent type.",
        edits=[
            (
                "sorted(collections.Counter(tokens).values(), reverse=True)",
                "list(collections.Counter(tokens).values())",
            )
        ],
    ),
    Misconception(
        question="perplexity",
        name="ties_share_a_rank",
        hint="Equal frequencies are used once. Every type has a rank of its own.",
        edits=[
            (
                "sorted(collections.Counter(tokens).values(), reverse=True)",
                "sorted({0, *collections.Counter(tokens).values()} - {0}, reverse=True)",
            )
        ],
    ),
    Misconception(
        question="perplexity",
        name="all_types_used",
        hint="The line goes through all types. The rare ones at the end, all with frequency 1, pull "
        "it; only the top ones are to be used.",
        edits=[("reverse=True)[:top]", "reverse=True)")],
    ),
]
