import { Fragment } from 'react'
import { apart } from './right-to-left.ts'

/** Text in which a name that is written from right to left keeps its place: digits and signs beside it would change sides with it. */
export const Said = ({ text }: { readonly text: string }) =>
  // biome-ignore lint/suspicious/noArrayIndexKey: the parts of one text, which have no state
  apart(text).map((part, index) => (index % 2 === 0 ? <Fragment key={index}>{part}</Fragment> : <bdi key={index}>{part}</bdi>))
