"""Scrapy's settings for the project: what ``scrapy crawl news`` and ``broadsheet crawl`` start from.

What the configuration file says (contact, delays, limits) is set by the spider at the priority ``spider``, so that
``-s NAME=VALUE`` on the command line still wins.
"""

from scrapy.settings import default_settings

BOT_NAME = "broadsheet"
SPIDER_MODULES = ["crawler.spiders"]
NEWSPIDER_MODULE = "crawler.spiders"
COMMANDS_MODULE = "crawler.scrapy_commands"

# A scheduled job opens no port for others.
TELNETCONSOLE_ENABLED = False
REMOTE_CONTROL_ENABLED = False
# Also where it is switched off, or left out by EXTENSIONS, it is loaded, and an HTTP server with it: 0.4 seconds a run.
EXTENSIONS_BASE = {
    name: place
    for name, place in default_settings.EXTENSIONS_BASE.items()
    if name != "scrapy.extensions.remote_control.RemoteControl"
}

# robots.txt, redirects, retries and content decoding are our own, for each leaves a row or a WARC record.
ROBOTSTXT_OBEY = False
REDIRECT_ENABLED = False
METAREFRESH_ENABLED = False
RETRY_ENABLED = False
COMPRESSION_ENABLED = False
COOKIES_ENABLED = False
REFERER_ENABLED = False
HTTPERROR_ALLOW_ALL = True

# Each middleware costs every request, and every answer, a call or two. Of these, what they would do is done elsewhere
# (no request leads off its site, or to a longer address, than the walk allows; the archive counts), or never wanted.
DOWNLOADER_MIDDLEWARES: dict[str, int | None] = {
    "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,
    "scrapy.downloadermiddlewares.httpauth.HttpAuthMiddleware": None,
    "scrapy.downloadermiddlewares.stats.DownloaderStats": None,
    "scrapy.downloadermiddlewares.httpproxy.HttpProxyMiddleware": None,
    "crawler.manners.MannersMiddleware": 100,
    "crawler.proxies.ProxyMiddleware": 750,
    # After it, whose choice it has to know.
    "crawler.resolver.GuardMiddleware": 980,
    # Next to the wire: what it sees is what came.
    "crawler.capture.CaptureMiddleware": 990,
}
SPIDER_MIDDLEWARES: dict[str, int | None] = {
    "scrapy.spidermiddlewares.start.StartSpiderMiddleware": None,
    "scrapy.spidermiddlewares.httperror.HttpErrorMiddleware": None,
    "scrapy.spidermiddlewares.urllength.UrlLengthMiddleware": None,
    "scrapy.spidermiddlewares.depth.DepthMiddleware": None,
    "scrapy.spidermiddlewares.metacopy.MetaCopyDetectionMiddleware": None,
}
DOWNLOAD_HANDLERS = {"http": "crawler.download.Handler", "https": "crawler.download.Handler"}
ITEM_PIPELINES = {
    "pipelines.item_pipelines.ExtractPipeline": 100,
    "pipelines.item_pipelines.ArchivePipeline": 200,
}

# The capture middleware ends an answer that is too large, keeps what came and says so; Scrapy would drop it.
DOWNLOAD_MAXSIZE = 0
DOWNLOAD_WARNSIZE = 0
DOWNLOAD_FAIL_ON_DATALOSS = False
DOWNLOAD_VERIFY_CERTIFICATES = True
DOWNLOAD_DELAY_JITTER = 0
CONCURRENT_REQUESTS_PER_DOMAIN = 1
# What waits for its turn stays in our scheduler, so the downloader need not count; `[crawl] concurrency` counts
# transfers, in crawler/download.py.
SCHEDULER = "crawler.scheduler.HostScheduler"
CONCURRENT_REQUESTS = 0
DEFAULT_REQUEST_HEADERS = {
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,application/json;q=0.8,*/*;q=0.7",
    "Accept-Encoding": "gzip, deflate, br",
}
# For each response Scrapy starts as many tasks for what a callback yields, a hundred by default; ours yields one page.
CONCURRENT_ITEMS = 1
# Bytes of answers that may wait for extraction before the downloader holds back.
SCRAPER_SLOT_MAX_ACTIVE_SIZE = 50_000_000

LOG_LEVEL = "INFO"
STATS_DUMP = False
