import type { ConfigProblem } from './config-error.ts'
import type { ParsedConfig } from './schema/schema.ts'

const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|::1)$/

/** Tokens never cross a network in the clear. */
export function strangeAdminApi(
  { adminApi: { tokens, certificate }, listen: { admin } }: ParsedConfig,
  where: (path: readonly PropertyKey[]) => string | undefined,
): ConfigProblem[] {
  if (tokens.length === 0 || certificate !== undefined || admin === false || LOOPBACK.test(admin.host)) return []
  const path = ['adminApi', 'certificate']
  return [
    { option: path.join('.'), message: 'is required where `listen.admin` is no loopback address', where: where(path) },
  ]
}
