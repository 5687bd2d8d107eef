import { nearestWord } from "./nearest-word";

/** The regions that the AWS SDK knew at the time of writing; a test compares them with the installed SDK. */
export const AWS_REGIONS: readonly string[] = (
  "af-south-1 ap-east-1 ap-east-2 ap-northeast-1 ap-northeast-2 ap-northeast-3 ap-south-1 ap-south-2 ap-southeast-1 " +
  "ap-southeast-2 ap-southeast-3 ap-southeast-4 ap-southeast-5 ap-southeast-6 ap-southeast-7 ca-central-1 ca-west-1 " +
  "cn-north-1 cn-northwest-1 eu-central-1 eu-central-2 eu-isoe-west-1 eu-north-1 eu-south-1 eu-south-2 eu-west-1 " +
  "eu-west-2 eu-west-3 eusc-de-east-1 il-central-1 me-central-1 me-south-1 me-west-1 mx-central-1 sa-east-1 sa-west-1 " +
  "us-east-1 us-east-2 us-gov-east-1 us-gov-west-1 us-iso-east-1 us-iso-west-1 us-isob-east-1 us-isob-west-1 " +
  "us-isof-east-1 us-isof-south-1 us-west-1 us-west-2"
).split(" ");

/** The form of AWS region names: a geography, a direction and a number. Also matches future regions. */
const FORM =
  /^(us(-gov|-iso[bf]?)?|eu(-isoe)?|eusc-[a-z]{2}|ap|sa|ca|me|af|il|mx|cn)-(central|(north|south)(east|west)?|east|west)-\d$/;

/** What was probably meant by a text that is not an AWS region; undefined for a region, or a possible future one. */
export function awsRegionHint(region: string): string | undefined {
  if (FORM.test(region)) return undefined;
  const zone = /^(.+-\d)[a-z]$/.exec(region)?.[1];
  if (zone !== undefined && AWS_REGIONS.includes(zone)) return `write the region of this availability zone, ${zone}`;
  const near = nearestWord(region, AWS_REGIONS);
  return near === undefined ? "write one such as ap-northeast-1" : `did you mean ${near}?`;
}

/** Why a text is not an AWS region, with what is expected; undefined for a region, or a possible future one. */
export function awsRegionProblem(region: string): string | undefined {
  const hint = awsRegionHint(region);
  return hint === undefined ? undefined : `${JSON.stringify(region)} is not an AWS region; ${hint}`;
}

/** The warning about a text with a region's form that the AWS SDK did not know at the time of writing. */
export function awsRegionDoubt(region: string): string | undefined {
  if (awsRegionHint(region) !== undefined || AWS_REGIONS.includes(region)) return undefined;
  const near = nearestWord(region, AWS_REGIONS);
  return `${JSON.stringify(region)} is not an AWS region that this program knows; correct it, unless AWS has added it since${near === undefined ? "" : `; the most similar region is ${near}`}`;
}
