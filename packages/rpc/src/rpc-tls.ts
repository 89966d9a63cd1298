import { readFileSync } from 'node:fs'
import { ChannelCredentials, credentials, ServerCredentials } from '@grpc/grpc-js'

/**
 * PEM files of mutual TLS: both sides show a certificate that `ca` signed. The authority alone decides, whatever name a
 * certificate has, since instances are called by addresses that come and go: it must sign for nobody else.
 */
export interface RpcTls {
  readonly ca: string
  readonly cert: string
  readonly key: string
}

/** @throws when a file can't be read or used. */
export function serverCredentials(tls: RpcTls | undefined): ServerCredentials {
  if (tls === undefined) return ServerCredentials.createInsecure()
  const pair = { private_key: readFileSync(tls.key), cert_chain: readFileSync(tls.cert) }
  return ServerCredentials.createSsl(readFileSync(tls.ca), [pair], true)
}

/** @throws when a file can't be read or used. */
export function channelCredentials(tls: RpcTls | undefined): ChannelCredentials {
  if (tls === undefined) return credentials.createInsecure()
  const { ca, key, cert } = tls
  const anyName = { checkServerIdentity: () => undefined }
  return ChannelCredentials.createSsl(readFileSync(ca), readFileSync(key), readFileSync(cert), anyName)
}
