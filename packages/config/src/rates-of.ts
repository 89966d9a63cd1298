import type { HeliographConfig } from './heliograph-config.ts'

/** What one user may send, in a second and saved up; 0: as much as he likes. */
export type Rates = HeliographConfig['rates']

/** XEP-0175 §3: nobody knows them. */
const ANONYMOUS_RATES: Rates = { stanzasPerSecond: 20, bytesPerSecond: 65_536, burstSeconds: 10 }

/** What a user of the domain may send. */
export function ratesOf(
  { rates, domains }: Pick<HeliographConfig, 'rates' | 'domains'>,
  domain: string | undefined,
): Rates {
  const own = domains.find(({ name }) => name === domain)
  return { ...rates, ...(own?.anonymous && ANONYMOUS_RATES), ...own?.rates }
}
