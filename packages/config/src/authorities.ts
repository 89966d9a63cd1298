import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { ConfigProblem } from './config-error.ts'

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g

/** The certificates in a PEM file, each as a text of its own. @throws Error that says why there are none */
export function authoritiesIn(file: string): string[] {
  const found = readFileSync(file, 'utf8').match(CERTIFICATE)
  if (found === null) throw new Error('no certificate (PEM) in it')
  for (const each of found) new X509Certificate(each)
  return found
}

interface Peers {
  readonly peers: readonly { readonly ca?: readonly string[] | undefined }[]
  /** Lists of revoked certificates that hold for all. */
  readonly crl?: string | undefined
}

/** Files of authorities that can't be used. @param start where `peers` are in what is read */
export function strangeAuthorities(
  { peers, crl }: Peers,
  start: readonly string[],
  where: (path: readonly PropertyKey[]) => string | undefined,
): ConfigProblem[] {
  return peers.flatMap(({ ca = [] }, at) => {
    const path = [...start, 'peers', at, 'ca']
    // Who connects to us is judged after the handshake, which alone looks into the lists.
    if (ca.length > 0 && crl !== undefined)
      return [{ option: path.join('.'), message: 'can’t be used together with federation.crl', where: where(path) }]
    return ca.flatMap((file, place) => {
      const message = problemOf(file)
      const exact = [...path, place]
      return message === undefined ? [] : [{ option: exact.join('.'), message, where: where(exact) }]
    })
  })
}

function problemOf(file: string): string | undefined {
  try {
    authoritiesIn(file)
    return undefined
  } catch (error) {
    return `the file ${file} can’t be used: ${(error as Error).message}`
  }
}
