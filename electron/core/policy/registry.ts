import type { AnyControl } from './control.ts'
import accessAccountsInTiers from './controls/access/access-accounts-in-tiers.control.ts'
import accessAccountsUsed from './controls/access/access-accounts-used.control.ts'
import accessAdministratorsSecondFactor from './controls/access/access-administrators-second-factor.control.ts'
import accessClosedAccountsShut from './controls/access/access-closed-accounts-shut.control.ts'
import accessKeysOnePerson from './controls/access/access-keys-one-person.control.ts'
import accessKeysPersonal from './controls/access/access-keys-personal.control.ts'
import accessLeaversClosed from './controls/access/access-leavers-closed.control.ts'
import accessWithinTiers from './controls/access/access-within-tiers.control.ts'
import auditAccountReadOnly from './controls/accounts/audit-account-read-only.control.ts'
import gpuDevicesRestricted from './controls/accounts/gpu-devices-restricted.control.ts'
import inferenceAccountDedicated from './controls/accounts/inference-account-dedicated.control.ts'
import inferenceAccountNotPrivileged from './controls/accounts/inference-account-not-privileged.control.ts'
import inferenceNotRoot from './controls/accounts/inference-not-root.control.ts'
import inferenceUnitSandboxed from './controls/accounts/inference-unit-sandboxed.control.ts'
import noEmptyPasswords from './controls/accounts/no-empty-passwords.control.ts'
import rootGroupsEmpty from './controls/accounts/root-groups-empty.control.ts'
import sudoAsksForPassword from './controls/accounts/sudo-asks-for-password.control.ts'
import uidZeroOnlyRoot from './controls/accounts/uid-zero-only-root.control.ts'
import proxyConfigurationProtected from './controls/files/proxy-configuration-protected.control.ts'
import proxyPasswordFilesProtected from './controls/files/proxy-password-files-protected.control.ts'
import pushedFilesUnchanged from './controls/files/pushed-files-unchanged.control.ts'
import tlsKeysProtected from './controls/files/tls-keys-protected.control.ts'
import gpuEccOn from './controls/gpu/gpu-ecc-on.control.ts'
import gpuHardwareHealthy from './controls/gpu/gpu-hardware-healthy.control.ts'
import gpuMetricsCollected from './controls/gpu/gpu-metrics-collected.control.ts'
import gpuNotThrottled from './controls/gpu/gpu-not-throttled.control.ts'
import gpuPersistenceOn from './controls/gpu/gpu-persistence-on.control.ts'
import gpuProcessesKnown from './controls/gpu/gpu-processes-known.control.ts'
import inferenceGpuMemoryHeadroom from './controls/gpu/inference-gpu-memory-headroom.control.ts'
import inferenceGpusAssigned from './controls/gpu/inference-gpus-assigned.control.ts'
import inferenceRequestsBounded from './controls/gpu/inference-requests-bounded.control.ts'
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
import engineRemoteCodeOff from './controls/isolation/engine-remote-code-off.control.ts'
import engineRuntimeAdaptersOff from './controls/isolation/engine-runtime-adapters-off.control.ts'
import imagesChangeOnlyByHand from './controls/isolation/images-change-only-by-hand.control.ts'
import modelDownloadsNotScheduled from './controls/isolation/model-downloads-not-scheduled.control.ts'
import modelHubsNotReachable from './controls/isolation/model-hubs-not-reachable.control.ts'
import jumpForwardsToFleetOnly from './controls/jump/jump-forwards-to-fleet-only.control.ts'
import jumpLendsNothingElse from './controls/jump/jump-lends-nothing-else.control.ts'
import jumpSecondFactorRequired from './controls/jump/jump-second-factor-required.control.ts'
import inferencePromptsNotLogged from './controls/logging/inference-prompts-not-logged.control.ts'
import logFilesProtected from './controls/logging/log-files-protected.control.ts'
import logsShipped from './controls/logging/logs-shipped.control.ts'
import logsSurviveRestart from './controls/logging/logs-survive-restart.control.ts'
import proxyAccessLogKept from './controls/logging/proxy-access-log-kept.control.ts'
import proxyAccessLogOn from './controls/logging/proxy-access-log-on.control.ts'
import proxyAccessLogStructured from './controls/logging/proxy-access-log-structured.control.ts'
import modelDirectoryNotWritableByOthers from './controls/models/model-directory-not-writable-by-others.control.ts'
import modelFilesNotNamedAsPickle from './controls/models/model-files-not-named-as-pickle.control.ts'
import modelFilesNotWorldAccessible from './controls/models/model-files-not-world-accessible.control.ts'
import modelFilesOwnedByService from './controls/models/model-files-owned-by-service.control.ts'
import modelHashesVerifiedAtSource from './controls/models/model-hashes-verified-at-source.control.ts'
import modelsServedApproved from './controls/models/models-served-approved.control.ts'
import firewallDefaultDenyInbound from './controls/network/firewall-default-deny-inbound.control.ts'
import firewallDefaultDenyOutbound from './controls/network/firewall-default-deny-outbound.control.ts'
import firewallLoadedAtStart from './controls/network/firewall-loaded-at-start.control.ts'
import inferencePortOnlyFromApp from './controls/network/inference-port-only-from-app.control.ts'
import ipv6FilteredLikeIpv4 from './controls/network/ipv6-filtered-like-ipv4.control.ts'
import outboundOnlyToStorage from './controls/network/outbound-only-to-storage.control.ts'
import sshOnlyFromJump from './controls/network/ssh-only-from-jump.control.ts'
import clockSynchronised from './controls/os/clock-synchronised.control.ts'
import inferenceCoreDumpsOff from './controls/os/inference-core-dumps-off.control.ts'
import kernelModulesSigned from './controls/os/kernel-modules-signed.control.ts'
import kernelSettingsHardened from './controls/os/kernel-settings-hardened.control.ts'
import mandatoryAccessControlOn from './controls/os/mandatory-access-control-on.control.ts'
import modelDirectoriesAudited from './controls/os/model-directories-audited.control.ts'
import modelStorageEncrypted from './controls/os/model-storage-encrypted.control.ts'
import networkSettingsHardened from './controls/os/network-settings-hardened.control.ts'
import swapEncryptedOrOff from './controls/os/swap-encrypted-or-off.control.ts'
import unneededServicesOff from './controls/os/unneeded-services-off.control.ts'
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
import inferenceSecretsNotInUnits from './controls/secrets/inference-secrets-not-in-units.control.ts'
import inferenceSecretsNotOnCommandLine from './controls/secrets/inference-secrets-not-on-command-line.control.ts'
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
import auditKeyBoundToJump from './controls/ssh/audit-key-bound-to-jump.control.ts'
import sshdAccountsLimited from './controls/ssh/sshd-accounts-limited.control.ts'
import sshdAlgorithmsModern from './controls/ssh/sshd-algorithms-modern.control.ts'
import sshdAttemptsLimited from './controls/ssh/sshd-attempts-limited.control.ts'
import sshdForwardingOff from './controls/ssh/sshd-forwarding-off.control.ts'
import sshdKeysOnly from './controls/ssh/sshd-keys-only.control.ts'
import sshdLogsLogins from './controls/ssh/sshd-logs-logins.control.ts'
import sshdNoRootLogin from './controls/ssh/sshd-no-root-login.control.ts'
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
import proxyTlsCiphers from './controls/tls/proxy-tls-ciphers.control.ts'
import proxyTlsVersions from './controls/tls/proxy-tls-versions.control.ts'
import inferenceStartedBySystem from './controls/units/inference-started-by-system.control.ts'
import inferenceUnitDevicesLimited from './controls/units/inference-unit-devices-limited.control.ts'
import inferenceUnitExposureLow from './controls/units/inference-unit-exposure-low.control.ts'
import inferenceUnitFilesProtected from './controls/units/inference-unit-files-protected.control.ts'
import inferenceUnitGpuUsable from './controls/units/inference-unit-gpu-usable.control.ts'
import inferenceUnitKernelProtected from './controls/units/inference-unit-kernel-protected.control.ts'
import inferenceUnitNoCapabilities from './controls/units/inference-unit-no-capabilities.control.ts'
import inferenceUnitReloaded from './controls/units/inference-unit-reloaded.control.ts'
import inferenceUnitWritesOwnPaths from './controls/units/inference-unit-writes-own-paths.control.ts'
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
  proxyTlsCiphers,
  proxyTlsVersions,
  pushedFilesUnchanged,
  tlsKeysProtected,
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
  inferenceSecretsNotInUnits,
  inferenceSecretsNotOnCommandLine,
  proxyPasswordFilesProtected,
  caddyAdminLocalOnly,
  managementEndpointsRestricted,
  managementNotDirectlyReachable,
  proxyConfigurationProtected,
  inferenceAccountDedicated,
  inferenceNotRoot,
  inferenceUnitSandboxed,
  auditAccountReadOnly,
  gpuDevicesRestricted,
  inferenceAccountNotPrivileged,
  inferenceStartedBySystem,
  inferenceUnitDevicesLimited,
  inferenceUnitExposureLow,
  inferenceUnitFilesProtected,
  inferenceUnitGpuUsable,
  inferenceUnitKernelProtected,
  inferenceUnitNoCapabilities,
  inferenceUnitReloaded,
  inferenceUnitWritesOwnPaths,
  kernelSettingsHardened,
  mandatoryAccessControlOn,
  kernelModulesSigned,
  noEmptyPasswords,
  rootGroupsEmpty,
  sudoAsksForPassword,
  uidZeroOnlyRoot,
  modelDirectoryNotWritableByOthers,
  modelFilesNotWorldAccessible,
  modelFilesOwnedByService,
  inferenceCoreDumpsOff,
  modelDirectoriesAudited,
  modelStorageEncrypted,
  swapEncryptedOrOff,
  firewallDefaultDenyInbound,
  firewallDefaultDenyOutbound,
  firewallLoadedAtStart,
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
  networkSettingsHardened,
  auditKeyBoundToJump,
  jumpSecondFactorRequired,
  jumpForwardsToFleetOnly,
  jumpLendsNothingElse,
  sshdAccountsLimited,
  sshdAlgorithmsModern,
  sshdAttemptsLimited,
  sshdForwardingOff,
  sshdKeysOnly,
  sshdNoRootLogin,
  unneededServicesOff,
  modelHashesVerifiedAtSource,
  modelFilesNotNamedAsPickle,
  modelApprovalProcessDocumented,
  modelsServedApproved,
  engineDownloadsDisabled,
  engineRemoteCodeOff,
  engineRuntimeAdaptersOff,
  imagesChangeOnlyByHand,
  modelDownloadsNotScheduled,
  modelHubsNotReachable,
  airgapEnginesOffline,
  airgapSourcesInside,
  inferencePromptsNotLogged,
  logFilesProtected,
  proxyAccessLogOn,
  proxyAccessLogKept,
  proxyAccessLogStructured,
  oauth2ProxyLogsLogins,
  clockSynchronised,
  logsShipped,
  logsSurviveRestart,
  sshdLogsLogins,
  gpuEccOn,
  gpuHardwareHealthy,
  gpuMetricsCollected,
  gpuNotThrottled,
  gpuPersistenceOn,
  gpuProcessesKnown,
  inferenceGpuMemoryHeadroom,
  inferenceGpusAssigned,
  inferenceRequestsBounded,
  usageBaselineWithAlerts,
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
  incidentPlaybookRehearsed,
  accessReviewedWithinQuarter,
  accessWithinTiers,
  accessAccountsInTiers,
  accessLeaversClosed,
  accessClosedAccountsShut,
  accessKeysPersonal,
  accessKeysOnePerson,
  accessAccountsUsed,
  accessAdministratorsSecondFactor,
]
