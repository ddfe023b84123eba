/** Of a finding about what others send past the rules for a host itself (`behind docker0`), which no template of a firewall turns. */
export const forwardedSubject = (name: string): string => `behind ${name}`

/** Does a finding speak of a port that is led to another machine or container? */
export const isForwarded = (subject: string): boolean => subject.startsWith('behind ')
