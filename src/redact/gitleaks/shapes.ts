/*
 * Adapted from the rules of gitleaks (config/gitleaks.toml, MIT, see LICENSE beside this file): those that know a key by
 * its own look. Here a key may be shorter or longer than today's, and begins where no letter, digit or hyphen precedes
 * it, so that no run of characters is looked at twice and looking takes linear time.
 */

/** A text without one of these words holds no key of that look. */
export type Shape = [words: string | string[], look: RegExp]

export const shapes: Shape[] = [
  // 1Password
  ['A3-', /(?<![\w-])A3-[A-Z0-9]{6}-(?:[A-Z0-9]{11}|[A-Z0-9]{6}-[A-Z0-9]{5})(?:-[A-Z0-9]{5}){3}(?![\w-])/g],
  ['ops_eyJ', /(?<![\w-])ops_eyJ[A-Za-z0-9+/_-]{20,}={0,3}/g],
  // Adobe, Alibaba, Authress
  ['p8e-', /(?<![\w-])p8e-[A-Za-z0-9]{32}(?!\w)/g],
  ['LTAI', /(?<![\w-])LTAI[A-Za-z0-9]{12,30}(?!\w)/g],
  [
    ['sc_', 'ext_', 'scauth_', 'authress_'],
    /(?<![\w-])(?:sc|ext|scauth|authress)_[a-z0-9]{5,30}\.[a-z0-9]{4,6}\.acc[_-][a-z0-9-]{10,32}\.[a-z0-9+/_=-]{30,120}/gi,
  ],
  ['AGE-SECRET-KEY-', /(?<![\w-])AGE-SECRET-KEY-1[A-Z0-9]{20,}/g],
  // Airtable, Artifactory, Atlassian
  ['pat', /(?<![\w.-])pat[A-Za-z0-9]{14}\.[a-f0-9]{40,64}(?!\w)/g],
  ['AKCp', /(?<![\w-])AKCp[A-Za-z0-9]{20,80}(?!\w)/g],
  ['cmVmd', /(?<![\w-])cmVmd[A-Za-z0-9]{40,80}(?!\w)/g],
  ['ATATT3', /(?<![\w-])ATATT3[\w=-]{30,}/g],
  // AWS: ids of access keys, keys of Bedrock
  [
    ['AKIA', 'ASIA', 'ABIA', 'ACCA', 'A3T'],
    /(?<![A-Za-z0-9])(?:AKIA|ASIA|ABIA|ACCA|A3T[A-Z0-9])[A-Z0-9]{16}(?![A-Za-z0-9])/g,
  ],
  ['ABSK', /(?<![\w-])ABSK[A-Za-z0-9+/]{40,}={0,2}/g],
  ['bedrock-api-key-', /(?<![\w-])bedrock-api-key-[A-Za-z0-9+/]{20,}={0,2}/g],
  // Azure's secrets of applications
  ['Q~', /(?<![\w~.-])[\w~.]{3}\dQ~[\w~.-]{28,40}(?![\w~.-])/g],
  // ClickHouse, Clojars, Cloudflare
  ['4b1d', /(?<![\w-])4b1d[A-Za-z0-9]{38}(?!\w)/g],
  [['CLOJARS_', 'clojars_'], /(?<![\w-])clojars_[a-z0-9]{30,}/gi],
  ['v1.0-', /(?<![\w.-])v1\.0-[a-f0-9]{24}-[a-f0-9]{100,150}/g],
  // Databricks, Defined Networking, DigitalOcean, Doppler, Duffel, Dynatrace
  ['dapi', /(?<![\w-])dapi[a-f0-9]{32,}(?:-\d)?/g],
  ['dnkey-', /(?<![\w-])dnkey-[\w=-]{20,}/g],
  [['dop_v1_', 'doo_v1_', 'dor_v1_'], /(?<![\w-])do[opr]_v1_[a-f0-9]{32,}/g],
  ['dp.', /(?<![\w-])dp\.(?:pt|st|ct|sa|scim|audit)\.[\w.-]{20,}/g],
  ['duffel_', /(?<![\w-])duffel_(?:test|live)_[\w=-]{20,}/g],
  ['dt0', /(?<![\w-])dt0[a-z]\d{2}\.[A-Za-z0-9]{8,40}\.[A-Za-z0-9]{32,}/g],
  // EasyPost, Facebook, Flutterwave, Fly.io, Frame.io
  [['EZAK', 'EZTK'], /(?<![\w-])EZ[AT]K[A-Za-z0-9]{40,60}(?!\w)/g],
  [['EAAM', 'EAAC'], /(?<![\w-])EAA[MC][A-Za-z0-9]{80,}/g],
  ['FLWSECK', /(?<![\w-])FLWSECK(?:_TEST)?-[A-Za-z0-9]{12,}(?:-X)?/g],
  ['fo1_', /(?<![\w-])fo1_[\w-]{24,}/g],
  [['fm1', 'fm2_'], /(?<![\w-])fm(?:1[ar]|2)_[A-Za-z0-9+/]{40,}={0,3}/g],
  ['fio-u-', /(?<![\w-])fio-u-[\w=-]{40,}/g],
  // GitHub, GitLab
  [['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_'], /(?<![A-Za-z0-9])gh[pousr]_[A-Za-z0-9]{16,}/g],
  ['github_pat_', /(?<!\w)github_pat_\w{20,}/g],
  ['gl', /(?<![\w-])gl(?:pat|dt|rt|rtr|cbt|ptt|ft|soat|agent|oas|ffct|imt)-[\w.-]{16,}/g],
  ['GR1348941', /(?<![\w-])GR1348941[\w-]{16,}/g],
  ['_gitlab_session=', /(?<=_gitlab_session=)[0-9a-z]{32}/g],
  // Google
  ['AIza', /(?<![\w-])AIza[\w-]{30,}/g],
  // Grafana, Harness, Heroku, Hugging Face, Infracost
  [['glc_', 'glsa_'], /(?<![\w-])(?:glc|glsa)_[\w+/=]{20,}/g],
  ['eyJrIjoi', /(?<![\w-])eyJrIjoi[A-Za-z0-9]{40,}={0,3}/g],
  [['pat.', 'sat.'], /(?<![\w.-])[ps]at\.[\w-]{22}\.[A-Za-z0-9]{24}\.[A-Za-z0-9]{20}/g],
  ['HRKU-', /(?<![\w-])HRKU-[\w-]{20,}/g],
  ['api_org_', /(?<![\w-])api_org_[A-Za-z]{30,}/g],
  ['ico-', /(?<![\w-])ico-[A-Za-z0-9]{32}(?!\w)/g],
  // JSON Web Tokens, also in base64 once more
  ['eyJ', /(?<![\w-])eyJ[\w-]{6,}\.eyJ[\w-]{6,}(?:\.[\w-]*)?/g],
  ['ZXlK', /(?<![\w-])ZXlKa?[A-Za-z0-9+/]{60,}={0,2}/g],
  // Linear, MaxMind, New Relic, Notion, npm
  ['lin_', /(?<![\w-])lin_(?:api|oauth)_[A-Za-z0-9]{20,}/g],
  ['_mmk', /(?<![\w-])[A-Za-z0-9]{6}_[A-Za-z0-9]{29}_mmk(?!\w)/g],
  [['NRAK-', 'NRII-', 'NRJS-', 'NRBR-'], /(?<![\w-])NR(?:AK|II|JS|BR)-[A-Za-z0-9-]{19,}/g],
  ['ntn_', /(?<![\w-])ntn_[A-Za-z0-9]{20,}/g],
  ['npm_', /(?<![\w-])npm_[A-Za-z0-9]{30,}/g],
  // Octopus Deploy, OpenAI and Anthropic, OpenShift
  ['API-', /(?<![\w-])API-[A-Z0-9]{26,}(?!\w)/g],
  ['sk-', /(?<![\w-])sk-(?=[A-Za-z_-]*\d)[\w-]{20,}/g],
  ['sha256~', /(?<![\w-])sha256~[\w-]{32,}/g],
  // Perplexity, Plaid, PlanetScale, Postman, Prefect, Pulumi, PyPI
  ['pplx-', /(?<![\w-])pplx-[A-Za-z0-9]{30,}/g],
  ['access-', /(?<![\w-])access-(?:sandbox|development|production)-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g],
  ['pscale_', /(?<![\w-])pscale_(?:tkn|pw|oauth)_[\w=.-]{20,}/g],
  ['PMAK-', /(?<![\w-])PMAK-[A-Fa-f0-9]{20,}-[A-Fa-f0-9]{20,}/g],
  [['pnu_', 'pnb_'], /(?<![\w-])pn[ub]_[A-Za-z0-9]{36}(?!\w)/g],
  ['pul-', /(?<![\w-])pul-[a-f0-9]{32,}/g],
  ['pypi-', /(?<![\w-])pypi-(?:AgE|[\w-]*\d)[\w-]{30,}/g],
  // ReadMe, RubyGems, Scalingo, SendGrid, Brevo, Sentry, SettleMint
  ['rdme_', /(?<![\w-])rdme_[a-z0-9]{40,}/g],
  ['rubygems_', /(?<![\w-])rubygems_[a-f0-9]{32,}/g],
  ['tk-us-', /(?<![\w-])tk-us-[\w-]{40,}/g],
  ['SG.', /(?<![\w-])SG\.[\w=-]{16,}\.[\w=-]{16,}/g],
  [['xkeysib-', 'xsmtpsib-'], /(?<![\w-])x(?:key|smtp)sib-[a-f0-9]{32,}-[A-Za-z0-9]{10,}/g],
  [['sntrys_', 'sntryu_', 'sntrya_', 'sntryi_'], /(?<![\w-])sntry[suai]_[\w+/=-]{20,}/g],
  [['sm_aat_', 'sm_pat_', 'sm_sat_'], /(?<![\w-])sm_[aps]at_[A-Za-z0-9]{16}(?!\w)/g],
  // Shippo, Shopify, Sidekiq
  ['shippo_', /(?<![\w-])shippo_(?:live|test)_[A-Fa-f0-9]{32,}/g],
  ['shp', /(?<![\w-])shp(?:at|ca|pa|ss|tka)_[A-Fa-f0-9]{20,}/g],
  // Slack: tokens, and the addresses of webhooks
  ['xapp-', /(?<![\w-])xapp-[\w-]{10,}/gi],
  ['xox', /(?<![A-Za-z0-9])(?:xoxe\.xox[bp]|xox[abceoprs])-[A-Za-z0-9-]{8,}/g],
  ['hooks.slack.com', /(?<=hooks\.slack\.com\/(?:services|workflows|triggers)\/)[A-Za-z0-9+/_-]{8,}/g],
  // Sourcegraph, Square, Stripe
  ['sgp_', /(?<![\w-])sgp_(?:(?:[a-fA-F0-9]{16}|local)_)?[a-fA-F0-9]{32,}/g],
  [['EAAA', 'sq0'], /(?<![\w-])(?:EAAA[\w-]{22,}|sq0(?:atp|csp|idp)-[\w-]{22,})/g],
  [['sk_', 'rk_', 'pk_'], /(?<![A-Za-z0-9])(?:sk|rk|pk)_(?:live|test|prod)_[A-Za-z0-9]{8,}/g],
  // Microsoft Teams' webhooks
  ['/webhookb2/', /(?<=\/webhookb2\/)[A-Za-z0-9@/-]{16,}/g],
  // HashiCorp: Vault, Terraform
  ['hv', /(?<![\w-])hv[sbr]\.[\w-]{20,}/g],
  [['s.', 'b.', 'r.'], /(?<![\w.-])[sbr]\.[A-Za-z0-9]{24}(?![\w.-])/g],
  ['.atlasv1.', /(?<![\w.-])[A-Za-z0-9]{14}\.atlasv1\.[\w=-]{40,}/g],
  // Twilio, Twitter, Typeform, Yandex
  ['SK', /(?<![A-Za-z0-9])SK[0-9a-fA-F]{32}(?![A-Za-z0-9])/g],
  ['AAAAAAAAAAAAAAAAAAAAAA', /(?<![\w%-])A{22}[A-Za-z0-9%]{60,}/g],
  ['tfp_', /(?<![\w-])tfp_[\w=.-]{40,}/g],
  [
    ['t1.', 'AQVN', 'YC'],
    /(?<![\w.-])(?:t1\.[\w-]{10,}={0,2}\.[\w-]{60,}={0,2}|AQVN[\w-]{35,38}(?![\w-])|YC[\w-]{38}(?![\w-]))/g,
  ],
  // keys that others followed: Mailchimp, Mailgun, Dropbox, Facebook's applications, GoCardless
  ['-us', /(?<![\w-])[0-9a-f]{32}-us\d{1,2}(?![\w-])/g],
  ['key-', /(?<![\w-])key-[0-9a-f]{32}(?![\w-])/g],
  ['sl.', /(?<![\w.-])sl\.[\w=-]{100,}/g],
]
