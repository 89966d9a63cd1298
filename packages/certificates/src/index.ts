export {
  type CertificateStatus,
  CertificateStore,
  type CertificateStoreOptions,
  type DomainCertificate,
} from './certificate-store.ts'
export { chainProblem } from './chain-problem.ts'
export { channelBindingsOf, serverEndPoint, type TlsChannelBindings, tlsExporter } from './channel-bindings.ts'
export { FileWatch, type FileWatchOptions } from './file-watch.ts'
export type { CertificateFiles } from './files.ts'
export { certificatesOf, openCertificates, type ServerCertificates } from './open-certificates.ts'
export { ensureSelfSigned, type SelfSignedOptions } from './self-signed.ts'
export { ALPN, type TlsPolicy, tlsDefaults } from './tls-options.ts'
