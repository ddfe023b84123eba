import { ask, facts, outcomes, policyContext, service } from './proxy-facts.ts'
import requiresAuthentication from './proxy-requires-authentication.control.ts'

/** Test support: sites before Ollama, and what is said of them. `proxy_pass` to 3000 is an application. */
export const admins = policyContext({ modelAdmins: ['10.0.9.0/24'] })
export const login = 'auth_basic a; auth_basic_user_file /b;'
export const model = 'proxy_pass http://127.0.0.1:11434;'
export const app = 'proxy_pass http://127.0.0.1:3000;'
export const site = (inside: string, outside = ''): string => `${outside} server { listen 80; server_name ai.example; ${inside} }`
export const judged = (configuration: string): readonly string[] =>
  outcomes(ask(requiresAuthentication, facts(configuration, [service('ollama')]), admins))

export const notKnown = ['not-evaluated: Whether a login is needed is not known']
export const beyond = ['not-evaluated: Part of nginx is beyond the model']
export const open = ['fail: Every route answers without a login']
export const health = ['warning: Health routes answer without a login']
export const guarded = ['pass: Every forwarded route needs a login']
