/** What a push says of its undo where the admin asked for it (`core/push/transaction`). Apart from the schema of pushes, which the page does not load. */
export const STOPPED_HERE = 'it was stopped at this console'
