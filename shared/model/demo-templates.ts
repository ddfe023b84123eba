/** Push templates whose effect the simulated hosts of the demo fleet act out. Of the others they show the plan only. */
const actedOut: readonly string[] = [
  'ollama-loopback',
  'nginx-ollama',
  'nginx-ai-access-log',
  'htpasswd-users',
  'services-masked',
  'accounts-closed',
  'systemd-sandbox',
  'gpu-persistence',
  'sshd-behind-jump',
  'logrotate-ai-access',
  'auditd-models-watch',
  'nftables-segment',
  'ufw-segment',
  'gatehouse-audit-account',
  'nginx-openai',
  'vllm-credential',
  'llama-server-unit',
  'localai-unit',
  'sshd-jump-forwarding',
  'oauth2-proxy-oidc',
  'service-account',
  'oauth2-proxy-nginx',
  'docker-published-ports',
]

/** Why a push would prove nothing in the demo; undefined where it does. For people. */
export const demoRefusal = (template: string): string | undefined =>
  actedOut.includes(template)
    ? undefined
    : `The simulated hosts of the demo show this plan, but cannot carry it out: they act out ${actedOut.join(', ')} only`
