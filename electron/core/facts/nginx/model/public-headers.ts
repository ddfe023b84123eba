/** What a header says by its name that anyone may write and others may know. */
const purposes = [
  // Of every browser, and of what asks models.
  'host|user-agent|referer|origin|upgrade|connection|accept.*|content-.*|x-requested-with|sec-.*|cache-control|pragma|range|if-.*|te|via|dnt|priority|expect',
  'x-http-method-override|x-scheme|x-original-(?:uri|url|method|host)|anthropic-(?:version|beta)|openai-(?:organization|project|beta)|x-stainless-.*',
  // Written by proxies in front about a client's address: whoever reaches the port writes them himself.
  'forwarded|x-forwarded-.*|x-original-forwarded-for|(?:x-)?real-ip|(?:true-|x-|x-cluster-|fastly-|do-|fly-)?client-ip|cf-connecting-ip(?:v6)?|x-envoy-external-address|x-azure-(?:clientip|socketip)|x-appengine-user-ip',
  // And about who he is.
  '(?:x-)?remote-(?:user|name|email|groups)|x-auth-request-(?:user|email|groups|preferred-username)|x-webauth-(?:user|name|email)|x-authentik-(?:username|groups|email|name|uid)|cf-access-authenticated-user-email|tailscale-user-(?:login|name)',
  // Of whom or what a request is said to be, or how it is to be answered: known to others, and written by anybody.
  '(?:x-)?(?:(?:user|is)-)?(?:user|e?mail|roles?|groups?|tenant|org|organi[sz]ation|team|project|department|service|app|application|model|env|environment|region|namespace|cluster|version|api-version|platform|device|locale|lang|language|theme|consent|cookie-consent|debug|admin|authenticated|logged-in|mode|format|stream)(?:-?name|-type)?',
]
const known = new RegExp(`^(?:${purposes.join('|')})$`)

/** No secret is looked for in it. `name` in lower case. */
export const isPublicHeader = (name: string): boolean => known.test(name)
