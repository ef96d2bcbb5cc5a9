document.title = "Berth";
