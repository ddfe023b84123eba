/** What an upstream dials, as a target is written: without the network before it. Without a host it is this machine (Go, net.Dial): `reverse_proxy :11434`. */
export const dialled = (dial: string): string => dial.replace(/^tcp[46]?\//, '').replace(/^(?=:[^:]*$)/, 'localhost')
