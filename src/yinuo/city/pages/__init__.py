"""Parts of pages that several areas share: words, lists, clauses in sentences, exports."""
