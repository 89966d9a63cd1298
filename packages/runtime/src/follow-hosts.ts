import type { HeliographConfig, LiveConfig } from '@heliograph/config'
import { type Domain, ensureDomain } from '@heliograph/jid'
import { Hosts } from '@heliograph/ownership'

/**
 * What the cluster serves, as it is configured from time to time.
 *
 * @param elsewhere what gateways serve under the domains or beside them
 */
export function followHosts(
  live: LiveConfig,
  elsewhere: (config: HeliographConfig) => readonly Domain[] = () => [],
): Hosts {
  const served = (config: HeliographConfig) =>
    [config.domains.map(({ name }) => ensureDomain(name)), elsewhere(config)] as const
  const hosts = new Hosts(...served(live.current))
  live.onChange((fresh) => {
    const given = served(fresh)
    return () => hosts.grow(...given)
  })
  return hosts
}
