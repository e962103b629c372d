# Settings.
settings-scheme = Colours
settings-scheme-effect = Everything in the window is drawn in these colours, at once.
settings-light = Light
settings-light-note = Dark words on white
settings-dark = Dark
settings-dark-note = Light words on a dark ground; easy on the eyes in a dim room
settings-high-contrast = High contrast
settings-high-contrast-note = Black, white and strong lines
settings-sample = Sample
settings-text = Text size
settings-text-effect = Everything grows with the text, at once. Ctrl and plus or minus do the same anywhere.
settings-percent = { $percent } %
settings-lock = Lock by itself
settings-lock-effect = When nobody touches the window for so long, it locks and keeps its place. It never locks while a card is being worked on.
settings-lock-minutes = { $count ->
    [one] { $count } minute
   *[other] { $count } minutes
}
settings-lock-never = Never
settings-lock-never-note = Lock it yourself when you leave the desk
settings-readers = Names of readers
settings-readers-effect = A reader is shown by this name everywhere in the window. Without one it has the name that this computer gives it.
settings-readers-none = No reader is connected, and none has a name.
settings-reader-field = Name for “{ $reader }”
settings-reader-keep = Keep
settings-reader-keep-of = Keep the name for { $reader }
settings-reader-remove = Remove
settings-reader-remove-of = Remove the name for { $reader }
settings-configured = Set up on this computer
settings-configured-effect = This can be read here and is changed in the configuration file. Ask whoever looks after this computer.
settings-realm = World:
settings-service = Service:
settings-service-training = the training service inside this program
settings-software = Smartcard software:
settings-printers = Printers:
settings-printers-none = none
settings-file = Configuration file:
settings-file-none = none; the usual values hold
settings-data = Data of this workstation:
settings-usual = Take the usual choices
settings-usual-effect = Colours, text size, lock and what was chosen at the last issue go back to what they were at first. Names of readers stay.
settings-usual-title = Take the usual choices?
settings-usual-body = Your colours, text size, lock, the printer and the choices of your last issue go back to what they were at first. Names of readers stay. Notes that you have read are shown once more.
