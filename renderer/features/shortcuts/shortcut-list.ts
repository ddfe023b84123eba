export interface Shortcut {
  /** Any of them does it. */
  readonly chords: readonly string[]
  readonly action: string
}

/** Every key that acts, by where it does. Printed by the dialog; the screens hold the handlers. */
export const shortcutGroups: readonly { readonly title: string; readonly shortcuts: readonly Shortcut[] }[] = [
  {
    title: 'Everywhere',
    shortcuts: [
      { chords: ['mod+k'], action: 'Search or run a command' },
      { chords: ['mod+1'], action: 'Fleet' },
      { chords: ['mod+3'], action: 'Models' },
      { chords: ['mod+4'], action: 'Access' },
      { chords: ['mod+5'], action: 'Push' },
      { chords: ['mod+6'], action: 'Audit' },
      { chords: ['mod+7'], action: 'Controls' },
      { chords: ['mod+8'], action: 'Network' },
      { chords: ['mod+shift+1', 'mod+shift+9'], action: 'Host by position' },
      { chords: ['mod+,'], action: 'Settings' },
      { chords: ['mod+['], action: 'Back' },
      { chords: ['r'], action: 'Run the audit' },
      { chords: ['mod+f'], action: 'Filter what is listed, as / does' },
      { chords: ['esc'], action: 'Stop the audit, clear a filter, close' },
      { chords: ['F6'], action: 'Next pane' },
      { chords: ['shift+F6'], action: 'Previous pane' },
      { chords: ['mod+i'], action: 'Right pane (narrow window)' },
      { chords: ['mod+plus', 'mod+-'], action: 'Larger or smaller text' },
      { chords: ['mod+0'], action: 'Text of its usual size' },
      { chords: ['?'], action: 'All keys' },
    ],
  },
  {
    title: 'Fleet',
    shortcuts: [
      { chords: ['up', 'down', 'left', 'right'], action: 'Move in the matrix' },
      { chords: ['Home', 'End'], action: 'First or last host' },
      { chords: ['Page Up', 'Page Down'], action: 'First or last check' },
      { chords: ['enter'], action: 'Open the finding' },
      { chords: ['/'], action: 'Filter hosts' },
      { chords: ['mod+o'], action: 'Open a fleet file (while none is open)' },
    ],
  },
  {
    title: 'Models',
    shortcuts: [
      { chords: ['j', 'k'], action: 'Next or previous model' },
      { chords: ['l'], action: 'List the models' },
      { chords: ['v'], action: 'Verify all hashes' },
      { chords: ['h'], action: 'Take the hashes of this model again' },
      { chords: ['n'], action: 'Request a model…' },
      { chords: ['a'], action: 'Take the next step of its approval…' },
      { chords: ['x'], action: 'Reject or revoke it…' },
      { chords: ['/'], action: 'Filter models' },
    ],
  },
  {
    title: 'Audit',
    shortcuts: [
      { chords: ['mod+up', 'mod+down'], action: 'Previous or next step' },
      { chords: ['s'], action: 'Skip to the next step that is not recorded' },
      { chords: ['mod+enter'], action: 'Sign and record the step' },
    ],
  },
  {
    title: 'Host',
    shortcuts: [
      { chords: ['left', 'right'], action: 'Next or previous tab (on a tab)' },
      { chords: ['j', 'k'], action: 'Next or previous row' },
      { chords: ['o'], action: 'Open the finding about the row' },
      { chords: ['e'], action: 'Copy the evidence' },
      { chords: ['f'], action: 'Fix the finding…' },
      { chords: ['w'], action: 'Waive the finding…' },
      { chords: ['/'], action: 'Filter findings or packages' },
    ],
  },
  {
    title: 'Push',
    shortcuts: [
      { chords: ['mod+enter'], action: 'Plan, then push' },
      { chords: ['mod+z'], action: 'Undo what is under way' },
      { chords: ['mod+e'], action: 'Give it two more minutes' },
      { chords: ['j', 'k'], action: 'Next or previous file, push or template' },
      { chords: ['esc'], action: 'Stop planning' },
    ],
  },
  {
    title: 'Controls',
    shortcuts: [
      { chords: ['j', 'k'], action: 'Next or previous control' },
      { chords: ['o'], action: 'Open the worst host' },
      { chords: ['/'], action: 'Filter controls' },
    ],
  },
  {
    title: 'Access',
    shortcuts: [
      { chords: ['up', 'down', 'left', 'right'], action: 'Move in the matrix' },
      { chords: ['m'], action: 'Next mismatch' },
      { chords: ['n'], action: 'Next account that the review has not decided' },
      { chords: ['/'], action: 'Filter accounts' },
    ],
  },
  {
    title: 'Network',
    shortcuts: [
      { chords: ['up', 'down', 'left', 'right'], action: 'Move in the matrix' },
      { chords: ['o'], action: 'Open the finding that judges it' },
      { chords: ['/'], action: 'Filter hosts' },
    ],
  },
]
