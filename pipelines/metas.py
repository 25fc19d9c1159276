"""The names of metas that date an article."""

from __future__ import annotations

# Names under which content systems write the time of publication, most specific first, without their punctuation:
# article:published_time, article.published-time and articlePublishedTime are one.
PUBLISHED = (
    "articlepublishedtime", "ogarticlepublishedtime", "ogpublishedtime", "articlepublished", "ogpubdate",
    "datepublished", "publishdate", "publisheddate", "publishedtime", "pubdate", "parselypubdate", "sailthrudate",
    "cxenseparserecspublishtime", "cxenseparsepublishtime", "cxenseparsetime", "publicationdate", "dcdateissued",
    "dctermsissued", "dcdatepublished", "articledateoriginal", "originalpublicationdate", "btpubdate",
    "daterelease", "rnewsdatepublished", "prismpublicationdate", "citationpublicationdate", "citationdate",
    "citationonlinedate", "displaydate", "articlepostdate", "postdate", "sortdate", "firstpublished",
    "vrpublishedtime", "ogreleasedate", "releasedate", "itemdate", "timestamp", "eomportallastupdateoriginal",
)  # fmt: skip
CREATED = (
    "dctermscreated", "dcdatecreated", "datecreated", "creationdate", "created", "articlecreated", "cre",
    "dccreated", "dcdate", "dctermsdate", "date", "pagerender", "docdate",
)  # fmt: skip
MODIFIED = (
    "articlemodifiedtime", "ogarticlemodifiedtime", "ogmodifiedtime", "ogupdatedtime", "datemodified",
    "modifiedtime", "articlemodified", "articleupdatedtime", "lastmodifieddate", "lastmod", "lastmodified",
    "dctermsmodified", "dcdatemodified", "dcmodified", "revisiondate", "updatedtime", "modified", "updated",
    "articleupdated", "lastupdate", "lastupdated", "updatedate", "moddate", "utime", "cxenseparsemodifiedtime",
)  # fmt: skip
