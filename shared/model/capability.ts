/** What an account can do on a host, weightiest first. */
export const capabilities = [
  'become-root',
  'change-access',
  'change-configuration',
  'change-models',
  'read-prompts',
  'control-services',
  'read-logs',
  'send-inference',
] as const
export type Capability = (typeof capabilities)[number]

export const capabilityWords: Readonly<Record<Capability, string>> = {
  'become-root': 'Become root',
  'change-access': 'Change access',
  'change-configuration': 'Change configuration',
  'change-models': 'Add and remove models',
  'read-prompts': 'Read prompts',
  'control-services': 'Start and stop services',
  'read-logs': 'Read logs',
  'send-inference': 'Send inference',
}
