/** What single commands need of AWS, or of its imitation; each loads its own part of it. */

import type { CommandDeps } from '../cli/deps.ts';

export const discoverClusters: CommandDeps['discoverClusters'] = async (question) => {
  const { awsFailure } = await import('../backends/aws/aws-failure.ts');
  try {
    const { describeClusters } = await import('../backends/aws/describe-clusters.ts');
    const { proxyFor } = await import('../config/proxy.ts');
    return await describeClusters(question, proxyFor);
  } catch (thrown) {
    throw awsFailure(thrown, 'AWS did not list the clusters.');
  }
};

export const examineReach: CommandDeps['examineReach'] = async (connection) => {
  const [reach, { proxyFor }] = await Promise.all([
    import('../backends/examine-reach.ts'),
    import('../config/proxy.ts'),
  ]);
  return reach.examineReach(connection, proxyFor);
};

export const emulateAws: CommandDeps['emulateAws'] = async (clusters) => {
  const [{ startClusters }, { readTemplate }, { templateFile }] = await Promise.all([
    import('../emulator/demonstration.ts'),
    import('../backends/embedded/template.ts'),
    import('../backends/embedded/files.ts'),
  ]);
  return startClusters(clusters, await readTemplate(templateFile()));
};

export const openShipTarget: CommandDeps['openShipTarget'] = async (ship, series) => {
  const [{ createS3Target }, { clientSettings }, { proxyFor }] = await Promise.all([
    import('../shipping/s3-target.ts'),
    import('../backends/aws/client-settings.ts'),
    import('../config/proxy.ts'),
  ]);
  const client = await clientSettings('s3', ship.aws, { sockets: 8, proxyFor });
  return createS3Target({ ...ship, pathStyle: ship.aws.endpoint !== undefined, client }, series);
};
