/**
 * Is a file of authorities one by whose certificate a content network shows itself? The one that Cloudflare uses for Authenticated Origin Pulls is the same for all its customers, and whatever
 * certificate it shows, it shows for whoever asks by it (developers.cloudflare.com/ssl/origin-configuration/authenticated-origin-pull).
 */
export const isOfContentNetwork = (file: string): boolean => /cloudflare|cloudfront|fastly|akamai|origin[-_.]?pull/i.test(file)

/** The same of a certificate as JSON of Caddy has it: its subject stands in it as it is. */
export const isCertificateOfContentNetwork = (der: string): boolean =>
  /cloudflare|origin[ -_.]?pull/i.test(Buffer.from(der, 'base64').toString('latin1'))
