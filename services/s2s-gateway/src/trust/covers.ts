import { domainToASCII } from 'node:url'
import { type Domain, parseDomain } from '@heliograph/jid'
import { type CertificateNames, namesIn } from './names.ts'

const SERVICES = ['_xmpp-server.', '_xmpp.']

/** Whether a certificate's names are valid for a server of that domain (RFC 6120 §13.7.1.2, RFC 6125). A subject's common name says nothing. */
export function covers(alternatives: string | undefined, domain: Domain): boolean {
  const { dns, srv, xmpp }: CertificateNames = namesIn(alternatives)
  const name = domainToASCII(domain).toLowerCase()
  if (name === '') return false
  return (
    dns.some((pattern) => matches(pattern, name)) ||
    srv.some((id) => SERVICES.some((service) => isService(id, service, name))) ||
    // RFC 6120 §13.7.1.4: for a server a bare domain.
    xmpp.some((address) => parseDomain(address) === domain)
  )
}

/** RFC 6125 §6.4.3, RFC 6120 §13.7.1.2.1: a wildcard is the whole leftmost label, and stands for one. */
function matches(pattern: string, name: string): boolean {
  const lower = pattern.toLowerCase()
  if (!lower.startsWith('*.')) return lower === name
  const rest = lower.slice(1)
  const label = name.slice(0, -rest.length)
  // Not for all that ends with a public suffix of one label.
  return rest.indexOf('.', 1) > 0 && name.endsWith(rest) && label !== '' && !label.includes('.')
}

/** RFC 4985 §2: no wildcards. */
function isService(id: string, service: string, name: string): boolean {
  const lower = id.toLowerCase()
  return lower.startsWith(service) && lower.slice(service.length) === name
}
