import { type Answer, absent, lines, printed } from '../answer.ts'
import type { DemoHost } from '../demo-host.ts'

/** Configuration files, as opposed to certificates and password files beside them. */
const isConfiguration = (path: string): boolean =>
  /^\/etc\/nginx\/(?:nginx\.conf|mime\.types|(?:conf\.d|sites-enabled|snippets)\/.+)$/.test(path)

/** `nginx -T` prints every file it read, the main one first. */
export function dumpOf(host: DemoHost): string {
  const files = [...host.files].filter(([path, { content }]) => isConfiguration(path) && content !== undefined)
  const main = files.filter(([path]) => path === '/etc/nginx/nginx.conf')
  const others = files.filter(([path]) => path !== '/etc/nginx/nginx.conf').sort(([a], [b]) => a.localeCompare(b))
  return [...main, ...others].map(([path, { content }]) => `# configuration file ${path}:\n${content}\n`).join('')
}

const nginx = (host: DemoHost): Answer | undefined =>
  host.nginx === undefined
    ? absent
    : {
        ...printed(dumpOf(host)),
        stderr:
          'nginx: the configuration file /etc/nginx/nginx.conf syntax is ok\nnginx: configuration file /etc/nginx/nginx.conf test is successful\n',
      }

const nginxVersion = (host: DemoHost): Answer | undefined =>
  host.nginx === undefined
    ? absent
    : {
        ...printed(''),
        stderr: `nginx version: nginx/${host.nginx.version}\nbuilt with OpenSSL 3.0.15 3 Sep 2024\nTLS SNI support enabled\nconfigure arguments: --with-http_ssl_module --with-http_auth_request_module --with-http_realip_module --prefix=/usr/share/nginx --conf-path=/etc/nginx/nginx.conf\n`,
      }

/** No host of the demo runs nginx in a container. */
const inContainers = (): Answer => lines(['@end'])

export const nginxSections = { nginx, 'nginx-version': nginxVersion, 'nginx-containers': inContainers }
