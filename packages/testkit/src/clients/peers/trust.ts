import { getCACertificates, setDefaultCACertificates } from 'node:tls'

const trusted = new Set<string>()

/** Makes this process trust an authority, for libraries that take no options for TLS. */
export function trustInThisProcess(pem: string): void {
  if (trusted.has(pem)) return
  trusted.add(pem)
  setDefaultCACertificates([...getCACertificates('default'), pem])
}
