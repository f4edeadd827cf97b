import { Duration } from 'aws-cdk-lib';
import { MathExpression } from 'aws-cdk-lib/aws-cloudwatch';
import { Architecture } from 'aws-cdk-lib/aws-lambda';
import { pricesOf, tieredCost } from '../core/pricing/prices.ts';
import type { ServiceFunction } from './service-function.ts';

/**
 * What a function's calls and their duration cost, on demand: list prices of us-east-1, without tiers.
 *
 * @param index - tells it apart from the other functions of the same graph
 */
export function hourlyCost(
  { function: fn, memoryMb, architecture }: ServiceFunction,
  label: string,
  index: number,
): MathExpression {
  const { lambda } = pricesOf('us-east-1');
  const { perGbSecond } = lambda[architecture === Architecture.ARM_64 ? 'arm64' : 'x86_64'];
  const perCall = lambda.perMillionRequests / 1e6;
  const perMs = (tieredCost(1, perGbSecond) * memoryMb) / 1024 / 1000;
  const hour = { period: Duration.hours(1), statistic: 'Sum' };
  return new MathExpression({
    expression: `calls${index} * ${perCall.toFixed(12)} + ms${index} * ${perMs.toFixed(15)}`,
    usingMetrics: {
      [`calls${index}`]: fn.metricInvocations(hour),
      [`ms${index}`]: fn.metricDuration(hour),
    },
    period: hour.period,
    label,
  });
}
