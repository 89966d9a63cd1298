/** Where a certificate is: PEM files, the chain with the leaf first. Both may be the same file. */
export interface CertificateFiles {
  readonly cert: string
  readonly key: string
}
