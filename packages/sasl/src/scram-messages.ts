import { isUtf8 } from 'node:buffer'
import { decodeBase64 } from './base64.ts'
import { decodeSaslName, type Gs2Header, parseGs2Header } from './gs2.ts'

/** RFC 5802 §7 client-first-message. */
export interface ClientFirst {
  readonly header: Gs2Header
  /** As sent: part of what is signed. */
  readonly bare: string
  readonly username: string
  readonly nonce: string
}

/** RFC 5802 §7 client-final-message. */
export interface ClientFinal {
  readonly channelBinding: Buffer
  readonly nonce: string
  readonly proof: Buffer
  /** As sent: part of what is signed. */
  readonly withoutProof: string
}

const LONGEST_MESSAGE = 4096
/** Attributes in their fixed order, then extensions, which are ignored (RFC 5802 §5.1). A leading `m=` doesn't match: MUST fail. */
const FIRST_BARE = /^n=([^,\0]+),r=([\x21-\x2b\x2d-\x7e]{1,512})(?:,[A-Za-z]=[^,\0]+)*$/
const FINAL = /^(c=([A-Za-z0-9+/=]+),r=([\x21-\x2b\x2d-\x7e]+)(?:,(?!p=)[A-Za-z]=[^,\0]+)*),p=([A-Za-z0-9+/=]+)$/

/** @returns undefined when the message isn't one */
export function parseClientFirst(message: Buffer): ClientFirst | undefined {
  const text = decode(message)
  const header = parseGs2Header(text)
  if (header === undefined) return undefined
  const bare = text.slice(header.text.length)
  const [, name = '', nonce = ''] = FIRST_BARE.exec(bare) ?? []
  const username = decodeSaslName(name)
  return username === undefined ? undefined : { header, bare, username, nonce }
}

/** @returns undefined when the message isn't one */
export function parseClientFinal(message: Buffer): ClientFinal | undefined {
  const match = FINAL.exec(decode(message))
  if (match === null) return undefined
  const [, withoutProof = '', binding = '', nonce = '', proof = ''] = match
  const channelBinding = decodeBase64(binding)
  const proofBytes = decodeBase64(proof)
  if (channelBinding === undefined || proofBytes === undefined) return undefined
  return { channelBinding, nonce, proof: proofBytes, withoutProof }
}

function decode(message: Buffer): string {
  return message.length <= LONGEST_MESSAGE && isUtf8(message) ? message.toString() : ''
}
