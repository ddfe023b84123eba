import type { Channel } from '#shared/ipc/channels.ts'
import type { Input, Output } from '#shared/ipc/contracts.ts'

/** What answers the channels of one domain. */
export type Handlers = { readonly [C in Channel]?: (input: Input<C>) => Output<C> | Promise<Output<C>> }
