"""The fitted weights of both readings of :mod:`pipelines.scoring`, by feature.

Made by ``python -m tests.quality.fit``: logistic regressions (L2 penalty) on the blocks of saved news pages with known
answers, each page counting alike. Do not edit by hand.
"""

from __future__ import annotations

from collections.abc import Mapping


def _table(text: str) -> Mapping[str, float]:
    return {name: float(value) for name, _, value in (item.rpartition("=") for item in text.split())}


FIRST: Mapping[str, float] = _table("""
bias=-0.351 address=-0.078 all_link.long=0.085 all_link.short=-0.164 at=-0.381 bar=-1.151 bracket=-1.435
capitals=-0.728 colon=-0.188 commas=0.675 copyright=-0.534 date=-0.184 description.like=1.169
description.same=0.169 digits=-0.584 emphasis.lead=-0.084 emphasis.long=-1.504 emphasis.short=-0.982
half_link.long=-0.166 half_link.short=-0.411 heading=-0.135 headline.above=-1.641 headline.far=-0.161
headline.none=0.181 headline.prose<300=0.895 headline.prose<3000=0.494 headline.prose>3000=-0.12
headline<100=-0.038 headline<15=0.447 headline<40=0.554 headline<6=0.467 in.advert=-0.643 in.align=-0.189
in.aside=-1.746 in.biography=-0.773 in.body=0.791 in.box=-1.16 in.bullets=-1.491 in.byline=-2.308
in.caption=-0.197 in.comments=-3.658 in.consent=-2.512 in.date=-0.16 in.embed=1.451 in.footer=-2.795
in.form=-1.59 in.header=-0.726 in.headline=0.125 in.hidden=-1.289 in.image=-0.757 in.label=-0.305
in.layout=-0.626 in.link=-0.721 in.media=-0.29 in.navigation=0.023 in.newsletter=-1.023 in.note=-0.46
in.overlay=-0.803 in.paragraph=0.644 in.paywall=-0.998 in.related=-1.21 in.share=-0.161 in.standfirst=-0.099
in.tags=-0.111 known=-0.293 lead.byline=-0.473 lead.byline.short=-1.17 lead.date=-0.042 lead.date.short=-1.29
lead.note=0.103 lead.note.short=-1.32 lead.related=-0.73 lead.related.short=-2.377 linked=-2.244 lower=0.334
many_links=-0.358 media.long=-0.483 media.short=-0.319 open.long=-0.103 open.short=-0.46 own.advert=-0.623
own.align=-0.258 own.aside=-0.804 own.biography=-0.412 own.body=0.58 own.box=-0.556 own.byline=-1.293
own.caption=-1.121 own.comments=0.433 own.consent=-0.038 own.date=-0.515 own.embed=-0.031 own.footer=-0.822
own.form=-0.092 own.header=-0.911 own.headline=-0.921 own.hidden=0.112 own.image=0.158 own.label=-0.474
own.layout=-0.843 own.link=-0.061 own.media=-0.623 own.navigation=1.41 own.newsletter=-0.648 own.note=-0.343
own.overlay=-0.589 own.paragraph=-0.033 own.paywall=0.757 own.related=-0.827 own.share=-0.736 own.tags=-1.062
question=0.022 quote=0.052 repeated=-0.152 signature=2.803 signature<.05=-0.623 signature<.3=0.111
signature>.3=0.321 size=0.195 size<110=-0.179 size<170=0.045 size<20=-1.006 size<260=0.253 size<40=0.045
size<400=0.231 size<70=0.226 slash=-0.567 stops.long=0.45 stops.short=-0.077 tag.address=-0.107
tag.article=-1.355 tag.aside=-0.316 tag.blockquote=0.478 tag.body=-0.029 tag.caption=0.09 tag.center=-0.335
tag.dd=1.404 tag.div=-0.757 tag.dt=-0.183 tag.fieldset=-0.03 tag.figcaption=-1.008 tag.figure=-0.188
tag.footer=-0.392 tag.form=-0.091 tag.h1=-1.399 tag.h2=0.692 tag.h3=0.812 tag.h4=0.664 tag.h5=-0.627
tag.h6=-0.276 tag.header=-0.159 tag.li=0.585 tag.nav=-0.189 tag.p=-0.355 tag.pre=1.803 tag.section=-0.257
tag.td=1.424 tag.th=0.347 tag.ul=-0.409 title.like=-0.271 title.same=0.52 word.advert=-0.614
word.advert.short=-1.35 word.caption=-0.716 word.caption.short=-1.873 word.comments=-0.704
word.comments.short=-1.083 word.consent=-0.495 word.consent.short=-0.451 word.newsletter=-2.324
word.newsletter.short=-1.826 word.share=-0.02 word.share.short=-0.484
""")

SECOND: Mapping[str, float] = _table("""
bias=-0.763 address=0.256 after=-0.681 after.far=-0.106 after.near=-0.575 all_link.long=0.132
all_link.short=0.19 article.in=-0.124 article.out=-0.913 at=-0.13 bar=-0.224 before=0.274 before.far=0.46
before.near=-0.185 box.article=-0.761 box.aside=-0.062 box.blockquote=0.739 box.chance=0.424
box.controls=-0.382 box.div=0.308 box.figure=0.182 box.footer=-0.248 box.headed=-0.25 box.header=-0.128
box.li=-0.63 box.links=-1.094 box.mass=0.632 box.media=-0.052 box.nav=-0.109 box.ol=0.147 box.p=-0.06
box.section=0.564 box.table=0.433 box.tr=0.02 box.ul=0.511 bracket=-0.258 capitals=-0.093 chance=0.988
colon=-0.079 commas=0.222 copyright=0.038 dash=-0.332 description.like=-0.201 description.like.out=-0.218
description.same=-0.428 description.same.in=0.13 description.same.out=-0.558 digits=-0.23 down0=0.031
down1=-0.078 down2=-0.189 down3=0.164 down4=-0.162 emphasis.long=-0.467 emphasis.short=-0.176 ending=-0.337
half_link.long=-0.136 half_link.short=-0.068 heading=0.328 headline.above=-0.762 headline.far=0.303
headline.none=0.189 headline.prose<300=0.271 headline.prose<3000=0.126 headline.prose>3000=-0.058
headline<100=0.291 headline<15=-0.228 headline<40=0.219 headline<6=-0.247 home=0.153 in.advert=-0.049
in.align=0.112 in.aside=0.521 in.biography=-0.106 in.body=-0.277 in.box=-0.153 in.bullets=-0.313
in.byline=-0.185 in.comments=-0.698 in.consent=-0.021 in.date=0.03 in.embed=0.136 in.footer=0.023
in.form=-0.205 in.header=-0.268 in.headline=0.226 in.hidden=0.025 in.image=-0.25 in.label=0.241
in.layout=0.277 in.link=-0.157 in.media=0.044 in.navigation=-0.115 in.newsletter=-0.167 in.note=0.102
in.overlay=0.169 in.paragraph=0.025 in.paywall=-0.164 in.related=-0.159 in.share=-0.102 in.standfirst=-0.054
in.tags=-0.168 known=-0.088 label.bad=-0.538 label.good=-0.04 lead.byline=-0.172 lead.byline.short=-0.272
lead.date.short=-0.326 lead.note=0.14 lead.note.short=-0.227 lead.related=-0.217 lead.related.short=-0.183
linked=-0.089 logit=2.841 lower=0.098 many_links=0.066 media.long=-0.16 media.short=-0.297 next.chance=0.602
next.heading=-0.353 next.media=-0.241 next.none=-0.058 next.sibling=-0.126 next2.chance=0.267
next2.heading=0.141 next2.media=0.271 next2.sibling=0.289 open.long=-0.068 open.short=-0.178 opening=0.209
outside.after=-0.408 outside.after.full=-0.275 outside.after.heading=-0.471 outside.after.many=-0.507
outside.after.one=0.108 outside.after.other=0.21 outside.after.p=-0.147 outside.before=-0.149
outside.before.full=-0.299 outside.before.heading=-0.334 outside.before.many=-0.132 outside.before.one=0.135
outside.before.other=-0.198 outside.before.p=0.382 outside.before.two=-0.153 own.advert=-0.182 own.align=0.061
own.aside=-0.127 own.biography=-0.026 own.body=0.171 own.box=-0.182 own.byline=-0.275 own.caption=-0.327
own.comments=0.179 own.consent=0.023 own.date=-0.059 own.footer=-0.214 own.header=-0.025 own.hidden=-0.079
own.label=-0.228 own.layout=-0.087 own.link=-0.393 own.media=-0.103 own.navigation=0.105 own.newsletter=-0.131
own.note=-0.041 own.overlay=-0.139 own.paywall=0.19 own.related=-0.323 own.share=-0.134 own.standfirst=0.12
own.tags=-0.405 parent.links=0.107 previous.chance=0.516 previous.heading=0.029 previous.media=-0.295
previous.none=-0.248 previous.sibling=0.132 previous2.chance=0.325 previous2.heading=0.049 previous2.media=0.5
previous2.none=-0.245 previous2.sibling=-0.025 question=-0.106 quote=-0.221 repeated=-0.21 share=0.971
share<.05=-0.37 share<.2=-0.302 share<.5=0.051 share>.5=0.387 signature=-0.377 signature<.05=0.278
signature<.3=0.27 signature>.3=-0.781 size=0.15 size<110=-0.045 size<170=0.027 size<20=-0.347 size<260=0.084
size<40=-0.121 size<400=0.057 size<70=-0.04 slash=-0.255 stops.long=-0.034 stops.short=0.047
tag.address=-0.028 tag.article=-0.219 tag.aside=-0.028 tag.blockquote=-0.035 tag.center=-0.07 tag.dd=0.168
tag.div=-0.184 tag.dt=-0.075 tag.figcaption=-0.225 tag.figure=-0.082 tag.footer=-0.109 tag.h1=-0.227
tag.h2=0.071 tag.h3=0.326 tag.h4=0.41 tag.h5=-0.149 tag.h6=-0.103 tag.header=-0.038 tag.li=0.026 tag.p=-0.229
tag.pre=0.139 tag.section=0.053 tag.td=0.423 tag.th=0.114 tag.ul=-0.145 title.like=0.032 title.like.in=0.022
title.same=0.392 up0=-0.056 up1=-0.036 up2=-0.142 word.advert=0.058 word.advert.short=-0.376
word.caption.short=-0.394 word.comments=-0.146 word.comments.short=-0.248 word.consent=-0.062
word.consent.short=-0.054 word.newsletter=-0.371 word.newsletter.short=-0.23 word.share=0.234
word.share.short=0.061
""")
