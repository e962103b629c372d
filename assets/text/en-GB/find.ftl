# Finding a holder, and the holder's profile.
find-title = Find a holder
find-field = Number, name or organisation
find-count = { $count ->
    [one] { $count } holder
   *[other] { $count } holders
}
