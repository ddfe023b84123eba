/** Directives of systemd.exec(5). None keeps CUDA from working once the driver is loaded; NixOS ships Ollama with all of them. */
export const kernelProtections = [
  'ProtectKernelTunables',
  'ProtectKernelModules',
  'ProtectKernelLogs',
  'ProtectControlGroups',
  'RestrictSUIDSGID',
  'RestrictNamespaces',
  'LockPersonality',
] as const
