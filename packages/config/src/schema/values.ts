import { z } from 'zod'

/** Where to listen. */
export interface ListenAddress {
  readonly host: string
  /** 0 lets the system choose. */
  readonly port: number
}

const port = z.int().min(0).max(65_535)

/** `"host:port"`, `"[v6]:port"`, a port (all addresses), or `false` for not at all. */
export const listenAddress = z
  .union([z.string(), port, z.literal(false)])
  .transform((given, context): ListenAddress | false => {
    if (given === false) return false
    if (typeof given === 'number') return { host: '0.0.0.0', port: given }
    const match = /^(?:\[([0-9a-f:.]+)\]|([^:[\]\s]+)):(\d{1,5})$/i.exec(given)
    const number = Number(match?.[3])
    if (match === null || number > 65_535) {
      context.addIssue('must be "host:port", a port or false')
      return z.NEVER
    }
    return { host: (match[1] ?? match[2]) as string, port: number }
  })

/** A whole number above 0. */
export const positive = z.int().min(1)

/** A time span; `min` keeps out values that would stop the server from working. */
export const duration = (min = 1) => z.int().min(min).max(2_147_483_647)

export const path = z.string().min(1)

/** Messages never show what it is. */
export const secret = z.string().min(1)

/** An address with one of these schemes. */
export function url(...schemes: string[]) {
  return z.string().refine((given) => URL.canParse(given) && schemes.includes(new URL(given).protocol.slice(0, -1)), {
    error: `must be an address that starts with ${schemes.map((scheme) => `${scheme}://`).join(' or ')}`,
  })
}

/** The domain part of an address as an operator writes it; JID preparation happens where it is used. */
export const domain = z
  .string()
  .regex(/^[^\s@/:]+$/, 'must be a domain name')
  .transform((name) => name.toLowerCase())

export const bareJid = z.string().regex(/^[^\s@/]+@[^\s@/]+$/, 'must be of the form user@domain')
