import { describe, expect, test } from 'vitest'
import { chordOf, type KeyPress, mayAct } from './keyboard.ts'

const press = (over: Partial<KeyPress>): KeyPress => ({
  key: '',
  code: '',
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  ...over,
})

describe('chordOf', () => {
  test.each([
    ['a letter', { key: 'j' }, 'j', 'j'],
    ['a capital is shift and a letter', { key: 'J', shiftKey: true }, 'shift+j', 'shift+j'],
    ['a sign keeps its own shift', { key: '?', shiftKey: true }, '?', '?'],
    ['Ctrl is the modifier off the Mac', { key: 'k', ctrlKey: true }, 'mod+k', null],
    ['Command is the modifier on the Mac', { key: 'k', metaKey: true }, null, 'mod+k'],
    ['a digit under shift is read from its place', { key: '!', code: 'Digit1', ctrlKey: true, shiftKey: true }, 'mod+shift+1', null],
    ['a digit of a French keyboard', { key: '&', code: 'Digit1', ctrlKey: true }, 'mod+1', null],
    ['a bracket', { key: '[', ctrlKey: true }, 'mod+[', null],
    ['Alt belongs to others', { key: 'j', altKey: true }, null, null],
    ['a named key', { key: 'F6' }, 'f6', 'f6'],
  ])('%s', (_, over, others, mac) => {
    expect(chordOf(press(over), false)).toBe(others)
    expect(chordOf(press(over), true)).toBe(mac)
  })
})

describe('mayAct', () => {
  const free = { inField: false, dialogOpen: false, letterKeys: true }
  test.each([
    ['r', free, true],
    ['r', { ...free, inField: true }, false],
    ['r', { ...free, letterKeys: false }, false],
    ['r', { ...free, dialogOpen: true }, false],
    ['?', { ...free, inField: true }, false],
    ['escape', { ...free, inField: true, letterKeys: false }, true],
    ['f6', { ...free, inField: true }, true],
    ['shift+f6', { ...free, inField: true }, true],
    ['enter', { ...free, inField: true }, false],
    ['mod+k', { ...free, inField: true, letterKeys: false }, true],
    ['mod+k', { ...free, dialogOpen: true }, false],
  ])('%s in %j: %s', (chord, context, expected) => expect(mayAct(chord, context)).toBe(expected))
})
