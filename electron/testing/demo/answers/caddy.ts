import { type Answering, lines } from '../answer.ts'

/** No host of the demo runs Caddy: the section says so. */
export const caddy: Answering = () => lines(['@end'])
