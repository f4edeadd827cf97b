import { devNull } from 'node:os';

/**
 * Removes the user's AWS configuration from this process and from those that it starts: the profile, the
 * region, FIPS or dual-stack endpoints. It is meant for AWS; nothing that runs locally should follow it.
 */
export function forgetAws(): void {
  for (const name of Object.keys(process.env)) {
    if (name.startsWith('AWS_')) delete process.env[name];
  }
  // Else the SDK reads the files of the home folder.
  process.env.AWS_CONFIG_FILE = devNull;
  process.env.AWS_SHARED_CREDENTIALS_FILE = devNull;
}
