-- The built-in registry of domain names, the stock of DKIM keys of the built-in mailbox host, and the choice of
-- provider per workspace or domain. Written only by `providers/`.
create schema registry;

-- What a top-level domain costs for one year, in micro-credits (1 credit = 1,000,000). A row more is a top-level
-- domain more on sale; the four defaults are those the API searches.
create table registry.tld (
  tld text primary key check (tld = lower(tld) and tld !~ '^\.|\.$'),
  registration_price_micros bigint not null check (registration_price_micros >= 0),
  renewal_price_micros bigint not null check (renewal_price_micros >= 0)
);
insert into registry.tld (tld, registration_price_micros, renewal_price_micros) values
  ('com', 12500000, 12500000),
  ('net', 13500000, 13500000),
  ('org', 11500000, 11500000),
  ('shop', 4500000, 4500000);

-- A registration. Its status is not stored but follows from time, so nothing has to run for it to change:
-- before `registered_at` it is pending, afterwards active, or failed when `failure_reason` is set.
create table registry.name (
  id uuid primary key,
  name text not null check (name = lower(name) and name !~ '\.$'),
  years integer not null check (years between 1 and 10),
  contact jsonb, -- null: the contact of the account
  nameservers text[] not null,
  idempotency_key text not null unique,
  failure_reason text,
  requested_at timestamptz not null,
  registered_at timestamptz not null,
  expires_at timestamptz not null
);
-- One holder per name, decided here and nowhere else. A failed registration gives its name back.
create unique index name_held on registry.name (name) where failure_reason is null;
create index name_by_name on registry.name (name);

-- How often a request was tried, kept only for requests whose first attempt is to go wrong.
create table registry.attempt (
  idempotency_key text primary key,
  attempts integer not null
);

-- Labels that are taken under every top-level domain, as they are in the world outside.
create table registry.reserved_name (
  label text primary key check (label = lower(label))
);
insert into registry.reserved_name (label)
select distinct word from regexp_split_to_table(trim($words$
  abbott accenture adidas adobe aetna airbnb airbus alibaba alipay allianz amazon amdocs android ansible apache
  apple arstechnica asana atlassian autodesk avast axios azure baidu bankofamerica barclays basecamp bayer
  bestbuy bing binance bitbucket bitcoin blackberry blackrock blogger bloomberg boeing booking bosch bose
  boston brave broadcom buffer burberry buzzfeed bytedance cadillac calendly canon canva capitalone cargill
  carrefour cartier caterpillar chanel charter chase chatgpt chevrolet chevron chrome chrysler cisco citibank
  citrix claude cloudflare coca-cola cocacola coinbase colgate comcast costco coursera craigslist crowdstrike
  datadog deezer dell deloitte delta deutschebank dhl discord discover disney docker docusign dominos doordash
  dreamworks dribbble dropbox duckduckgo duolingo dyson ebay elastic electrolux epicgames ericsson etsy eventbrite
  evernote expedia exxon exxonmobil facebook fastly fedex ferrari figma fiat fiverr flickr ford forbes fortinet
  foursquare foxnews framer freshworks gartner generalelectric github gitlab gmail godaddy goldmansachs google
  gopro grafana grammarly greenhouse groupon grubhub gucci harvard hashicorp heineken heroku hewlettpackard
  hilton hitachi homedepot honda honeywell hotmail hsbc huawei hubspot hulu hyatt hyundai icloud ikea imdb
  inboxkit indeed infosys ing instacart instagram instantly intel intercom intuit iphone jaguar jetbrains
  jira johndeere jpmorgan kaspersky kayak kellogg kia kickstarter kindle klarna kraken kroger kubernetes
  lamborghini lego lemlist lenovo lexus linkedin linux litmus lockheedmartin logitech loreal lufthansa lyft
  macys mailchimp mailgun marriott marvel mastercard mattel mazda mcafee mcdonalds mckinsey medium mercedes
  mercury messenger meta metlife microsoft minecraft miro mistral mitsubishi mixpanel mongodb monday morganstanley
  motorola mozilla msn mysql nasdaq natwest nbcnews nestle netflix netlify newrelic nginx nike nintendo nissan
  nokia northropgrumman norton notion novartis nvidia nytimes office office365 okta onedrive onlyfans openai
  opera oracle outlook outreach pagerduty palantir paloaltonetworks panasonic patreon paypal payoneer peloton
  pepsi pfizer philips photoshop pinterest pipedrive pixar playstation porsche postgres postgresql postman
  priceline procter prudential puma python qualcomm quora rakuten raytheon reddit redhat redis reuters revolut
  ripple robinhood roblox rolex rollsroyce ryanair saab safari salesforce samsung sandisk santander sap
  schwab seagate segment sendgrid sentry sephora servicenow shell shopify siemens signal skype skyscanner slack
  smartlead snapchat snowflake sonos sony soundcloud southwest spacex splunk spotify square squarespace stackoverflow
  stanford starbucks steam stripe subaru substack surveymonkey suzuki target telegram tencent tesla threads
  ticketmaster tiktok tinder toshiba toyota trello tripadvisor trivago trustpilot tumblr twilio twitch twitter
  typeform uber ubisoft ubuntu udemy unilever united unity upwork vanguard venmo vercel verizon versace viacom
  vimeo visa vmware vodafone volkswagen volvo walmart warnerbros waze webex webflow wechat wellsfargo westernunion
  whatsapp whirlpool whole-foods wholefoods wikipedia windows wired wordpress workday xerox xbox xiaomi yahoo
  yamaha yandex yelp youtube zapier zara zendesk zillow zoho zoom zoominfo zscaler
  about account accounting admin advice agency airline alpha analytics apartment api apps archive army art auction
  auto baby bank banking beach beauty beer best beta bike bitcoins blog boat book books business buy cafe calendar
  camera campaign car career careers cars casino cheap chess chat church cinema city cleaning clinic clothing cloud
  club coffee college community company compare computer concert connect construction consulting contact cook
  coupon crypto culture customer dance data dating deal deals dental dentist design developer diamond diet digital
  direct dns doctor dog domain domains download drive earth easy education email energy engineer english event
  events example exchange expert express family farm fashion fast film finance fire fish fitness flight flights
  flower food football forum free freedom friend fun furniture future gallery game games garden gift global gold
  golf good government green group guide hair happy health healthcare help history hockey holiday home homes hospital
  host hosting hotel hotels house idea image inbox india industry info innovation insurance interactive internet
  invalid invest investment island jewelry jobs journal kids kitchen labs language laptop law lawyer leads learn
  legal life light live loan loans local localhost london love luck luxury machine magazine mail mailbox market
  marketing media medical meeting mobile money mortgage mother motor mountain movie movies music nature network
  news night nurse ocean online open order outdoor paper park partner party password payment peace people perfect
  pets pharmacy phone photo photos pizza planet player plus poker police power press price print privacy product
  project property publish quality radio real recipe rent rental repair report research restaurant review reviews
  robot sale sales school science search secure security seller server service services shipping shoes shop
  shopping social software solar sport sports stock stocks store stories stream student studio style summer
  support surf swim talent taxi team tech technology tennis test theater ticket tickets time today tools tour
  tours toys trade trading traffic training travel trends truck trust university vacation video videos village
  voice vote wallet watch watches water weather website wedding wellness wine winter women wood work world
  writer yoga young
$words$), '\s+') as word;

-- Labels nobody may register here: POSIX regular expressions over the label. They stop names made to pass for
-- somebody else's sign-in page, and names that say themselves what abuse they are for.
create table registry.banned_name (
  pattern text primary key,
  reason text not null
);
insert into registry.banned_name (pattern, reason) values
  ('(^|-)(amazon|apple|binance|chase|coinbase|dhl|docusign|facebook|fedex|gmail|google|hsbc|icloud|instagram|linkedin|mastercard|metamask|microsoft|netflix|office365|outlook|paypal|usps|visa|wellsfargo|whatsapp)-?(account|alert|auth|billing|confirm|helpdesk|login|logon|password|recovery|refund|secure|security|signin|support|unlock|update|verification|verify|wallet)',
   'imitates a sign-in or support page of a known brand'),
  ('(^|-)(account|alert|auth|billing|confirm|helpdesk|login|logon|password|recovery|refund|secure|security|signin|support|unlock|update|verification|verify|wallet)-?(amazon|apple|binance|chase|coinbase|dhl|docusign|facebook|fedex|gmail|google|hsbc|icloud|instagram|linkedin|mastercard|metamask|microsoft|netflix|office365|outlook|paypal|usps|visa|wellsfargo|whatsapp)(-|$)',
   'imitates a sign-in or support page of a known brand'),
  ('(^|-)(g00gle|go0gle|g0ogle|paypa1|micros0ft|rnicrosoft|arnazon|amaz0n|faceb00k|app1e|netf1ix|1inkedin|lnstagram|whatsap-p|0utlook|0ffice365)',
   'imitates a known brand by look-alike characters'),
  ('(ransomware|phishing-?kit|carding-?forum|stresser|ddos-?for-?hire|botnet-?rent|stolen-?cards|fake-?passport|hitman-?for-?hire)',
   'names an abuse'),
  ('child-?porn', 'names an abuse'),
  ('(cheap|buy|order)-?(viagra|cialis|fentanyl|cocaine|heroin|xanax|oxycodone)', 'offers controlled substances');

-- RSA keys made ahead of need, because making one takes a fifth of a second of a core. A key is taken by deleting
-- its row in the transaction that writes it to published.dkim_key, so no two domains can get the same one.
create table dkim_key_stock (
  id uuid primary key,
  private_key_sealed text not null, -- PKCS#8 PEM, sealed; context dkim_key_stock:<id>
  created_at timestamptz not null
);

-- Which vendor serves a role for one workspace or for one domain, where it differs from the installation's
-- setting. The domain's row wins over the workspace's.
create table provider_choice (
  role text not null check (role in ('registrar', 'dns-host', 'mailbox-host')),
  platform text check (platform in ('GOOGLE', 'MICROSOFT', 'AZURE', 'SMTP')),
  workspace_id uuid,
  domain text check (domain = lower(domain)),
  vendor text not null,
  check ((role = 'mailbox-host') = (platform is not null)),
  check (num_nonnulls(workspace_id, domain) = 1),
  unique nulls not distinct (role, platform, workspace_id, domain)
);
