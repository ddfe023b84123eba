import type { AnyControl } from './control.ts'
import inferenceAccountDedicated from './controls/accounts/inference-account-dedicated.control.ts'
import inferenceNotRoot from './controls/accounts/inference-not-root.control.ts'
import inferenceUnitSandboxed from './controls/accounts/inference-unit-sandboxed.control.ts'
import inferenceBehindProxy from './controls/inference/inference-behind-proxy.control.ts'
import inferenceBindConfiguredLoopback from './controls/inference/inference-bind-configured-loopback.control.ts'
import inferenceBoundToLoopback from './controls/inference/inference-bound-to-loopback.control.ts'
import inferenceWorkerPortsLocal from './controls/inference/inference-worker-ports-local.control.ts'
import airgapEnginesOffline from './controls/isolation/airgap-engines-offline.control.ts'
import airgapNoProxyVariables from './controls/isolation/airgap-no-proxy-variables.control.ts'
import airgapNoPublicResolver from './controls/isolation/airgap-no-public-resolver.control.ts'
import airgapNoWayOut from './controls/isolation/airgap-no-way-out.control.ts'
import airgapSourcesInside from './controls/isolation/airgap-sources-inside.control.ts'
import engineDownloadsDisabled from './controls/isolation/engine-downloads-disabled.control.ts'
import imagesChangeOnlyByHand from './controls/isolation/images-change-only-by-hand.control.ts'
import modelDirectoryNotWritableByOthers from './controls/models/model-directory-not-writable-by-others.control.ts'
import modelFilesNotNamedAsPickle from './controls/models/model-files-not-named-as-pickle.control.ts'
import modelFilesNotWorldAccessible from './controls/models/model-files-not-world-accessible.control.ts'
import modelFilesOwnedByService from './controls/models/model-files-owned-by-service.control.ts'
import modelHashesVerifiedAtSource from './controls/models/model-hashes-verified-at-source.control.ts'
import firewallDefaultDenyInbound from './controls/network/firewall-default-deny-inbound.control.ts'
import firewallDefaultDenyOutbound from './controls/network/firewall-default-deny-outbound.control.ts'
import inferencePortOnlyFromApp from './controls/network/inference-port-only-from-app.control.ts'
import ipv6FilteredLikeIpv4 from './controls/network/ipv6-filtered-like-ipv4.control.ts'
import outboundOnlyToStorage from './controls/network/outbound-only-to-storage.control.ts'
import sshOnlyFromJump from './controls/network/ssh-only-from-jump.control.ts'
import accessReviewedWithinQuarter from './controls/process/access-reviewed-within-quarter.control.ts'
import incidentPlaybookRehearsed from './controls/process/incident-playbook-rehearsed.control.ts'
import inferencePatchProcessStated from './controls/process/inference-patch-process-stated.control.ts'
import modelApprovalProcessDocumented from './controls/process/model-approval-process-documented.control.ts'
import usageBaselineWithAlerts from './controls/process/usage-baseline-with-alerts.control.ts'
import codeRunnerNotExposed from './controls/programs/code-runner-not-exposed.control.ts'
import listenerOwnerExpected from './controls/programs/listener-owner-expected.control.ts'
import metricsOnlyFromMonitoring from './controls/programs/metrics-only-from-monitoring.control.ts'
import modelInterfaceNotExposed from './controls/programs/model-interface-not-exposed.control.ts'
import tunnelProgramAbsent from './controls/programs/tunnel-program-absent.control.ts'
import caddyAdminLocalOnly from './controls/proxy/caddy-admin-local-only.control.ts'
import engineRequiresKeyWhenExposed from './controls/proxy/engine-requires-key-when-exposed.control.ts'
import managementEndpointsRestricted from './controls/proxy/management-endpoints-restricted.control.ts'
import managementNotDirectlyReachable from './controls/proxy/management-not-directly-reachable.control.ts'
import proxyRequiresAuthentication from './controls/proxy/proxy-requires-authentication.control.ts'
import advisoryDataFresh from './controls/software/advisory-data-fresh.control.ts'
import containerSoftwareNotVulnerable from './controls/software/container-software-not-vulnerable.control.ts'
import engineVersionNotVulnerable from './controls/software/engine-version-not-vulnerable.control.ts'
import frontSoftwareNotVulnerable from './controls/software/front-software-not-vulnerable.control.ts'
import gpuDriverNotVulnerable from './controls/software/gpu-driver-not-vulnerable.control.ts'
import osReleaseSupported from './controls/software/os-release-supported.control.ts'
import osRestartNotPending from './controls/software/os-restart-not-pending.control.ts'
import osSecurityUpdatesInstalled from './controls/software/os-security-updates-installed.control.ts'
import pythonPackagesNotVulnerable from './controls/software/python-packages-not-vulnerable.control.ts'
import securityUpdatesAutomatic from './controls/software/security-updates-automatic.control.ts'
import oauth2ProxyAddressesNotTrusted from './controls/sso/oauth2-proxy-addresses-not-trusted.control.ts'
import oauth2ProxyBearerTokensChecked from './controls/sso/oauth2-proxy-bearer-tokens-checked.control.ts'
import oauth2ProxyCookieFlagsSet from './controls/sso/oauth2-proxy-cookie-flags-set.control.ts'
import oauth2ProxyCookieSecretStrong from './controls/sso/oauth2-proxy-cookie-secret-strong.control.ts'
import oauth2ProxyHeadersFromProxyOnly from './controls/sso/oauth2-proxy-headers-from-proxy-only.control.ts'
import oauth2ProxyListensBehindTls from './controls/sso/oauth2-proxy-listens-behind-tls.control.ts'
import oauth2ProxyLogsLogins from './controls/sso/oauth2-proxy-logs-logins.control.ts'
import oauth2ProxyProviderVerified from './controls/sso/oauth2-proxy-provider-verified.control.ts'
import oauth2ProxyRoutesNeedLogin from './controls/sso/oauth2-proxy-routes-need-login.control.ts'
import oauth2ProxyTokensKept from './controls/sso/oauth2-proxy-tokens-kept.control.ts'
import oauth2ProxyUsersRestricted from './controls/sso/oauth2-proxy-users-restricted.control.ts'
import proxyCertificateValid from './controls/tls/proxy-certificate-valid.control.ts'
import proxySendsHsts from './controls/tls/proxy-sends-hsts.control.ts'
import proxyServesTls from './controls/tls/proxy-serves-tls.control.ts'
import proxyTlsVersions from './controls/tls/proxy-tls-versions.control.ts'
import endpointAnswerAuthenticated from './controls/wire/endpoint-answer-authenticated.control.ts'
import engineCertificateValid from './controls/wire/engine-certificate-valid.control.ts'
import proxyHstsSent from './controls/wire/proxy-hsts-sent.control.ts'

/** Every control, in the order of the checklist. A new one is one file in `controls/<area>/` and one line here. */
export const controls: readonly AnyControl[] = [
  inferenceBehindProxy,
  inferenceBindConfiguredLoopback,
  inferenceBoundToLoopback,
  inferenceWorkerPortsLocal,
  modelInterfaceNotExposed,
  engineCertificateValid,
  proxyCertificateValid,
  proxyHstsSent,
  oauth2ProxyListensBehindTls,
  proxySendsHsts,
  proxyServesTls,
  proxyTlsVersions,
  codeRunnerNotExposed,
  endpointAnswerAuthenticated,
  engineRequiresKeyWhenExposed,
  proxyRequiresAuthentication,
  oauth2ProxyAddressesNotTrusted,
  oauth2ProxyBearerTokensChecked,
  oauth2ProxyCookieFlagsSet,
  oauth2ProxyCookieSecretStrong,
  oauth2ProxyHeadersFromProxyOnly,
  oauth2ProxyProviderVerified,
  oauth2ProxyRoutesNeedLogin,
  oauth2ProxyTokensKept,
  oauth2ProxyUsersRestricted,
  caddyAdminLocalOnly,
  managementEndpointsRestricted,
  managementNotDirectlyReachable,
  inferenceAccountDedicated,
  inferenceNotRoot,
  inferenceUnitSandboxed,
  modelDirectoryNotWritableByOthers,
  modelFilesNotWorldAccessible,
  modelFilesOwnedByService,
  firewallDefaultDenyInbound,
  firewallDefaultDenyOutbound,
  inferencePortOnlyFromApp,
  ipv6FilteredLikeIpv4,
  listenerOwnerExpected,
  metricsOnlyFromMonitoring,
  outboundOnlyToStorage,
  sshOnlyFromJump,
  tunnelProgramAbsent,
  airgapNoWayOut,
  airgapNoPublicResolver,
  airgapNoProxyVariables,
  modelHashesVerifiedAtSource,
  modelFilesNotNamedAsPickle,
  modelApprovalProcessDocumented,
  engineDownloadsDisabled,
  imagesChangeOnlyByHand,
  airgapEnginesOffline,
  airgapSourcesInside,
  usageBaselineWithAlerts,
  incidentPlaybookRehearsed,
  accessReviewedWithinQuarter,
  engineVersionNotVulnerable,
  pythonPackagesNotVulnerable,
  gpuDriverNotVulnerable,
  containerSoftwareNotVulnerable,
  frontSoftwareNotVulnerable,
  osSecurityUpdatesInstalled,
  osRestartNotPending,
  osReleaseSupported,
  securityUpdatesAutomatic,
  inferencePatchProcessStated,
  advisoryDataFresh,
  oauth2ProxyLogsLogins,
]
