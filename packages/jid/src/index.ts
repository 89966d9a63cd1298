export { prepareDomain } from './domain.ts'
export { escapeLocal, unescapeLocal } from './escape.ts'
export {
  bareOf,
  domainOf,
  ensureBare,
  ensureDomain,
  ensureFull,
  ensureJid,
  InvalidJid,
  isBare,
  isDomain,
  isFull,
  localOf,
  resourceOf,
  trusted,
} from './jid.ts'
export { prepareLocal } from './local.ts'
export { makeJid, parseBare, parseDomain, parseFull, parseJid, withResource } from './parse.ts'
export { opaqueString, usernameCaseMapped } from './precis.ts'
export { prepareResource } from './resource.ts'
export type { BareJid, Domain, FullJid, Jid } from './types.ts'
