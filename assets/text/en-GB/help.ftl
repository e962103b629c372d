# Help. The topics themselves are in assets/help.
help-search = Search the help
help-none = No topic has these words. Try fewer words, or another word for the same thing.
help-found = { $count ->
    [one] { $count } topic
   *[other] { $count } topics
}
help-all = All topics
