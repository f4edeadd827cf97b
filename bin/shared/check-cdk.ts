/**
 * Checks that the CDK is there: an optional peer dependency, since most commands, and machines, do
 * without its 160 MB.
 *
 * @param what - needs it, for the message
 * @throws Error that says how to install it
 */
export function checkCdk(what: string): void {
  const packages = ['aws-cdk-lib', 'constructs'];
  const missing = packages.filter((name) => !isInstalled(name));
  if (missing.length === 0) return;
  const names = missing.join(' and ');
  const verb = missing.length > 1 ? 'are' : 'is';
  throw new Error(
    `${names} ${verb} not installed, and ${what} needs the CDK: npm install ${packages.join(' ')}`,
  );
}

function isInstalled(name: string): boolean {
  try {
    import.meta.resolve(`${name}/package.json`);
    return true;
  } catch {
    return false;
  }
}
