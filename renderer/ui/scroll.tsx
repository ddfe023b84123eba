import { type ComponentProps, createElement } from 'react'

interface ScrollProps extends ComponentProps<'section'> {
  readonly as: 'article' | 'aside' | 'div' | 'pre' | 'section'
}

/** A part that scrolls. It takes the focus, so that it scrolls by keyboard too (WCAG 2.2, 2.1.1). */
export const Scroll = ({ as, ...props }: ScrollProps) => createElement(as, { tabIndex: 0, ...props })
