import { NS, type Stanza } from '@heliograph/stanza'
import { treatments } from './payloads.ts'

const STORE = `{${NS.hints}}store`
const NO_STORE = `{${NS.hints}}no-store`
const NO_PERMANENT_STORE = `{${NS.hints}}no-permanent-store`
const MAM_RESULT = `{${NS.mam}}result`

/** Whether something in a message asks for it to be stored, and nothing forbids it (XEP-0334 §4). */
export function wantsStorage({ children }: Stanza, where: 'archived' | 'offline'): boolean {
  let wanted = false
  for (let i = 0; i < children.length; i++) {
    const name = children[i]!
    if (name === NO_STORE || name === MAM_RESULT) return false
    if (name === NO_PERMANENT_STORE && where === 'archived') return false
    wanted ||= name === STORE || treatments.get(name)?.[where] === true
  }
  return wanted
}
