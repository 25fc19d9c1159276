/* Builds a page that holds nothing without JavaScript. */
(async () => {
  const root = document.getElementById("app");
  const answer = await fetch(root.dataset.story);
  const story = await answer.json();
  const article = document.createElement("article");
  const add = (name, text, parent = article) => {
    const element = document.createElement(name);
    element.textContent = text;
    parent.append(element);
    return element;
  };
  add("h1", story.title).className = "story-headline";
  add("p", `By ${story.authors.join(" and ")}`).className = "story-byline";
  add("time", story.date_words).setAttribute("datetime", story.published);
  const body = document.createElement("div");
  body.className = "story-body";
  article.append(body);
  story.paragraphs.forEach((text) => add("p", text, body));
  document.title = `${story.title} | The Port Ellery Courier`;
  root.replaceChildren(article);
})();
