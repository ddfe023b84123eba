import type { AnyControl } from './control.ts'
import engineRequiresKeyWhenExposed from './controls/proxy/engine-requires-key-when-exposed.control.ts'
import managementEndpointsRestricted from './controls/proxy/management-endpoints-restricted.control.ts'
import managementNotDirectlyReachable from './controls/proxy/management-not-directly-reachable.control.ts'
import proxyRequiresAuthentication from './controls/proxy/proxy-requires-authentication.control.ts'
import proxyCertificateValid from './controls/tls/proxy-certificate-valid.control.ts'
import proxyServesTls from './controls/tls/proxy-serves-tls.control.ts'
import proxyTlsVersions from './controls/tls/proxy-tls-versions.control.ts'

/** Every control, in the order of the checklist. A new one is one file in `controls/<area>/` and one line here. */
export const controls: readonly AnyControl[] = [
  proxyCertificateValid,
  proxyServesTls,
  proxyTlsVersions,
  engineRequiresKeyWhenExposed,
  proxyRequiresAuthentication,
  managementEndpointsRestricted,
  managementNotDirectlyReachable,
]
