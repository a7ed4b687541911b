//! Sample contexts: what the templates are tried and looked at with. Every school, person and figure is invented.

use serde_json::json;

use super::confirm::ConfirmPage;
use super::docs::DocsPage;
use super::form::{Choice, ChoiceGroup, FormField};
use super::highlighted::Highlighted;
use super::home::{CourseLeaf, HomePage, KindLink, MajorBranch, todo_link};
use super::layout::{AccountMark, Layout, Link, MenuItem, Operator, Tab};
use super::leave::LeavePage;
use super::metadata_form::{FieldErrors, MetadataForm, MetadataInput};
use super::my_resources::{HubRemark, MyResourceRow, MyResourcesPage};
use super::problem::ProblemPage;
use super::resource::edit::{self, ResourceEditPage};
use super::resource_card::{KindMark, ResourceCard, StatusMark};
use super::second_factor::SecondFactorPage;
use super::sign_in::{NewPassword, SignInPage};
use super::upload::UploadPage;
use crate::domain::id::UploadId;
use crate::domain::resource::Status;
use crate::domain::role::Role;
use crate::domain::todo::TodoKind;
use crate::library::accounts::confirm::ProofMethods;
use crate::library::accounts::second_factor::SecondFactor;
use crate::library::todos::Todo;
use crate::words::Lang;

mod admin;
mod catalogue;
mod companies;
mod evidence;
mod findability;
mod notices;
mod operations;
mod packs;
mod plan;
mod recognition;
mod resource;
mod results;
mod review_paths;
mod saved;
mod standards;
mod training;
mod visits;

/// A title that would run if it were not escaped.
pub(super) const HOSTILE: &str = "<script>alert('星三角')</script> & \"工作页\"";

const TREE: [(&str, Option<&str>, &[&str]); 9] = [
    (
        "数控加工(数控车工)",
        None,
        &[
            "零件钳加工",
            "简单零件数控车床加工",
            "配合件数控车床加工",
            "数控车床编程与模拟加工",
            "产品质量检测",
        ],
    ),
    (
        "机械设备装配与自动控制",
        Some("0116"),
        &[
            "液压气动系统装调与故障排查",
            "通用设备机械故障诊断与排除",
            "自动化设备控制系统的安装与调试",
            "工业生产线控制系统的安装与调试",
        ],
    ),
    (
        "电气自动化设备安装与维修",
        None,
        &[
            "照明线路安装与检修",
            "继电控制线路安装与检修",
            "电气设备控制线路安装与调试",
            "可编程控制系统安装与调试",
            "变频调速系统安装与调试",
            "电子线路安装与调试",
        ],
    ),
    (
        "工业机器人应用与维护",
        None,
        &[
            "工业机器人操作与编程基础",
            "工业机器人工作站编程与调试",
            "工业机器人维护与保养",
            "机器人系统集成",
        ],
    ),
    (
        "焊接加工",
        None,
        &[
            "焊接安全与准备",
            "焊条电弧焊焊接",
            "气体保护焊焊接",
            "钨极氩弧焊焊接",
            "焊接质量检验",
        ],
    ),
    (
        "汽车维修",
        Some("0403"),
        &["汽车维护", "汽车故障诊断与排除", "汽车总成大修"],
    ),
    (
        "计算机网络应用",
        None,
        &[
            "局域网组建与维护",
            "网络综合布线",
            "交换与路由配置",
            "服务器配置与管理",
            "网络安全管理",
        ],
    ),
    (
        "电子商务",
        None,
        &["网店运营", "商品图片拍摄与处理", "直播营销", "新媒体推广"],
    ),
    (
        "烹饪(中式烹调)",
        Some("0501"),
        &[
            "烹饪原料加工",
            "基础热菜制作",
            "特色热菜制作",
            "基础冷菜制作",
            "整型雕刻与盘饰制作",
            "基础宴席菜单设计",
        ],
    ),
];

const TITLES: [(&str, &str, &str, &str); 7] = [
    (
        "电动机星三角降压启动控制线路安装 工作页",
        "worksheet",
        "继电控制线路安装与检修",
        "天津市第一示范技师学院",
    ),
    (
        "CA6140 车床电气控制线路检修 教学课件",
        "courseware",
        "电气设备控制线路安装与调试",
        "天津市第四示范高级技工学校",
    ),
    ("更换前轮制动片 操作示范", "video", "汽车维护", "天津市第三示范技师学院"),
    (
        "S7-1200 交通灯程序与接线图",
        "source_file",
        "可编程控制系统安装与调试",
        "天津市第二示范技师学院",
    ),
    (
        "管板骑座式 CO₂ 气体保护焊 教案",
        "lesson_plan",
        "气体保护焊焊接",
        "天津市第五示范高级技工学校",
    ),
    (
        "企业网 VLAN 与生成树配置 考核方案",
        "assessment",
        "交换与路由配置",
        "天津市第二示范技师学院",
    ),
    (
        "宫保鸡丁制作 信息页",
        "info_page",
        "基础热菜制作",
        "天津市第六示范技工学校",
    ),
];

pub(super) fn guest(lang: Lang, title: &str) -> Layout {
    let mut layout = Layout::new(lang, title);
    layout.csrf = "sample-token".to_owned();
    layout.menu = vec![menu_item(layout.say.home(), "/")];
    layout.operator = Operator {
        email: Some("library@example.org".to_owned()),
        contact: Some("022-0000 0000".to_owned()),
        record_number: Some("津ICP备00000000号-1".to_owned()),
    };
    layout
}

pub(super) fn teacher(lang: Lang, title: &str) -> Layout {
    let mut layout = guest(lang, title);
    let say = layout.say;
    layout.menu = vec![menu_item(say.upload(), "/upload"), menu_item(say.mine(), "/mine")];
    layout.account = Some(AccountMark {
        name: "王敏".to_owned(),
        standing: format!("{} · 天津市第一示范技师学院", say.role(Role::Teacher)),
    });
    layout
}

fn menu_item(label: &'static str, url: &'static str) -> MenuItem {
    MenuItem {
        label,
        url,
        is_here: false,
        count: (url == "/review").then(|| "7".to_owned()),
    }
}

pub(super) fn cards(layout: &Layout) -> Vec<ResourceCard> {
    let card = |title: &str, kind: &str, facts: &[&str]| ResourceCard {
        url: "/r/7".to_owned(),
        title: Highlighted::plain(title),
        kind: KindMark::of(layout.say, kind),
        facts: facts.iter().map(|fact| (*fact).to_owned()).collect(),
        status: None,
        ai: (kind == "video").then_some("AI 生成"),
    };
    let mut cards: Vec<ResourceCard> = TITLES
        .iter()
        .map(|(title, kind, course, school)| card(title, kind, &[course, school, "2026-11-20"]))
        .collect();
    cards.push(card(HOSTILE, "worksheet", &["PDF"]));
    cards
}

impl HomePage {
    pub(super) fn sample(lang: Lang) -> Self {
        let mut layout = guest(lang, "");
        layout.has_search = false;
        layout.title = layout.say.site().to_owned();
        let say = layout.say;
        Self {
            holdings: super::home::holdings(say, [12_840, 9, 7]),
            examples: ["星三角启动", "二保焊", "0403", "宫保鸡丁"]
                .map(|text| Link::new(text, super::urls::search(text)))
                .into(),
            kinds: ["textbook", "worksheet", "teaching_case", "courseware", "video"]
                .map(|code| KindLink {
                    kind: KindMark::of(say, code),
                    count: "1,204".to_owned(),
                    url: format!("/search?type={code}"),
                })
                .into(),
            waiting: vec![Link::new("数控铣工", "/m/2"), Link::new(HOSTILE, "/m/3")],
            majors: TREE
                .iter()
                .map(|(name, code, courses)| branch(&layout, name, *code, courses))
                .collect(),
            newest: cards(&layout),
            todos: vec![todo_link(
                say,
                &Todo {
                    kind: TodoKind::Reviews,
                    count: 3,
                    overdue: 1,
                    due_soon: 1,
                },
            )],
            layout,
        }
    }

    pub(super) fn empty(lang: Lang) -> Self {
        let mut page = Self::sample(lang);
        page.kinds.clear();
        page.waiting.clear();
        page.majors.clear();
        page.newest.clear();
        page.examples.clear();
        page
    }
}

fn branch(layout: &Layout, name: &str, code: Option<&str>, courses: &[&str]) -> MajorBranch {
    let leaf = |name: &&str| CourseLeaf {
        url: "/c/1".to_owned(),
        name: (*name).to_owned(),
        count: Some("24".to_owned()),
    };
    MajorBranch {
        url: "/m/1".to_owned(),
        code: code.map(str::to_owned),
        name: name.to_owned(),
        holdings: Some(layout.say.resources(128)),
        courses: courses.iter().map(leaf).collect(),
    }
}

impl SignInPage {
    pub(super) fn sample(lang: Lang) -> Self {
        let layout = guest(lang, "登录");
        Self {
            layout,
            name: "wangmin".to_owned(),
            anew: None,
            asks_code: false,
            fault: Some("登录名或密码不对。再试一次，或请管理员重设密码。".to_owned()),
            return_to: "/upload".to_owned(),
            providers: vec![Link::new(HOSTILE, "/sign-on/city?return_to=/upload")],
            action: "/sign-in".to_owned(),
            directory: None,
            has_passkeys: true,
        }
    }
}

impl SignInPage {
    pub(super) fn anew(lang: Lang) -> Self {
        let mut page = Self::sample(lang);
        page.fault = None;
        page.anew = Some(NewPassword {
            note: page.layout.say.password_note(10),
            fault: Some("至少 10 个字符。".to_owned()),
        });
        page
    }
}

impl SignInPage {
    pub(super) fn code(lang: Lang) -> Self {
        let mut page = Self::sample(lang);
        page.fault = Some("请再输入动态验证码：手机验证器上的 6 位数字。".to_owned());
        page.asks_code = true;
        page
    }
}

impl ConfirmPage {
    pub(super) fn sample(lang: Lang) -> Self {
        Self {
            layout: teacher(lang, "请再次确认身份"),
            action: "/account/tokens".to_owned(),
            carried: vec![("name".to_owned(), HOSTILE.to_owned())],
            is_form_lost: false,
            methods: ProofMethods {
                password: true,
                code: false,
                passkey: true,
            },
            providers: vec![Link::new("市统一认证", "/sign-on/city")],
            fault: Some("登录名或密码不对：请检查后重新输入。".to_owned()),
            back: "/account".to_owned(),
        }
    }

    pub(super) fn by_code(lang: Lang) -> Self {
        let mut page = Self::sample(lang);
        page.methods.code = true;
        page
    }

    pub(super) fn lost(lang: Lang) -> Self {
        Self {
            action: "/confirm".to_owned(),
            carried: vec![("return_to".to_owned(), "/account".to_owned())],
            is_form_lost: true,
            fault: None,
            ..Self::sample(lang)
        }
    }

    pub(super) fn without_password(lang: Lang) -> Self {
        let mut page = Self::lost(lang);
        page.methods.password = false;
        page.methods.passkey = false;
        page
    }
}

impl SignInPage {
    pub(super) fn directory(lang: Lang) -> Self {
        let mut page = Self::sample(lang);
        page.action = "/sign-on/ad".to_owned();
        page.directory = Some(HOSTILE.to_owned());
        page
    }
}

impl LeavePage {
    pub(super) fn sample(lang: Lang) -> Self {
        Self {
            layout: guest(lang, "已退出本站"),
            url: "https://id.example.cn/logout?client_id=gongxue&x=\"1".to_owned(),
        }
    }
}

impl SecondFactorPage {
    pub(super) fn sample(lang: Lang, factor: SecondFactor) -> Self {
        Self {
            layout: teacher(lang, "两步验证"),
            picture: Some("<svg width=\"220\" height=\"220\"></svg>".to_owned())
                .filter(|_| matches!(factor, SecondFactor::Pending { .. })),
            factor,
            codes: Vec::new(),
            fault: Some("登录名或密码不对".to_owned()),
        }
    }

    pub(super) fn codes(lang: Lang) -> Self {
        let mut page = Self::sample(lang, SecondFactor::On { recovery_codes: 10 });
        page.fault = None;
        page.codes = vec!["k7mp-3xwd-q9ra-hu6t".to_owned(); 10];
        page
    }
}

impl UploadPage {
    pub(super) fn sample(lang: Lang) -> Self {
        let layout = teacher(lang, "上传资源");
        let say = layout.say;
        Self {
            idempotency_key: "019385f0-0000-7000-8000-000000000000".to_owned(),
            fault: None,
            files_fault: None,
            limit: say.file_limit("5 GB"),
            about: about(&layout),
            is_submitted: true,
            origin: Some(Link::new("继电控制线路安装与检修", "/c/1")),
            layout,
        }
    }

    pub(super) fn faulty(lang: Lang) -> Self {
        let mut page = Self::sample(lang);
        page.fault = Some(page.layout.say.check_form().to_owned());
        page.files_fault = Some("请至少选择一个文件。".to_owned());
        page.about.title = FormField::of(HOSTILE).faulty("标题里不能有换行。");
        page.about.kind_fault = Some("请选择类型。".to_owned());
        page.about.year = FormField::of("二〇二六").faulty("年份写四位数字，例如 2026。");
        page.about.has_details = true;
        page
    }
}

impl ResourceEditPage {
    pub(super) fn sample(lang: Lang) -> Self {
        let layout = teacher(lang, "");
        let say = layout.say;
        let file = |path: &str, size: &str, is_removed| edit::EditedFileRow {
            path: path.to_owned(),
            size: size.to_owned(),
            is_removed,
        };
        let mut about = about(&layout);
        about.title = FormField::of("电动机星三角启动控制线路安装 工作页");
        about.has_details = true;
        Self {
            resource: Link::new("电动机星三角启动控制线路安装 工作页", "/r/7"),
            id: "7".to_owned(),
            status_note: Some(say.edit_published_note()),
            review_note: None,
            seen: 4,
            idempotency_key: "019385f0-0000-7000-8000-000000000000".to_owned(),
            fault: None,
            files_fault: None,
            limit: say.file_limit("5 GB"),
            about,
            files: vec![
                file("工作页.docx", "1.2 MB", false),
                file(&format!("素材/{HOSTILE}.jpg"), "340 kB", true),
            ],
            more_files: Some(say.edit_more_files(1_200)),
            arrived: Vec::new(),
            was: "{}".to_owned(),
            submits: None,
            remove_url: None,
            layout: Layout {
                title: say.edit_heading().to_owned(),
                ..layout
            },
        }
    }

    pub(super) fn faulty(lang: Lang) -> Self {
        let mut page = Self::sample(lang);
        let say = page.layout.say;
        page.status_note = None;
        page.review_note = Some(HOSTILE.to_owned());
        page.fault = Some(say.edit_meanwhile().to_owned());
        page.about.title = FormField::of(HOSTILE).faulty("标题里不能有换行。");
        page.files_fault = Some(say.edit_no_file_left().to_owned());
        page.arrived = vec![edit::ArrivedRow {
            id: UploadId::new(),
            path: HOSTILE.to_owned(),
        }];
        page.submits = Some(true);
        page.remove_url = Some("/r/7/remove".to_owned());
        page
    }
}

fn about(layout: &Layout) -> MetadataForm {
    let errors = FieldErrors {
        say: layout.say,
        faults: &[],
    };
    let input = MetadataInput::default().with("scope", "school");
    MetadataForm {
        places: places(layout),
        ..MetadataForm::of(layout.say, &[], &input, &errors)
    }
}

fn places(layout: &Layout) -> Vec<ChoiceGroup> {
    vec![ChoiceGroup {
        label: "电气自动化设备安装与维修 › 继电控制线路安装与检修".to_owned(),
        choices: vec![
            Choice::new("course:1", layout.say.whole_course(), ""),
            Choice::new("task:1", "三相异步电动机正反转控制线路安装", ""),
            Choice::new("task:2", "电动机星三角降压启动控制线路安装", "task:2"),
        ],
    }]
}

impl MyResourcesPage {
    pub(super) fn sample(lang: Lang) -> Self {
        let mut layout = teacher(lang, "我的资源");
        layout.menu[1].is_here = true;
        let say = layout.say;
        let statuses = [
            Status::Returned,
            Status::Draft,
            Status::Submitted,
            Status::Published,
            Status::Withdrawn,
        ];
        let rows = cards(&layout)
            .into_iter()
            .zip(statuses)
            .map(|(card, status)| mine_row(&layout, card, status));
        Self {
            tabs: std::iter::once(tab(say.all().to_owned(), true))
                .chain(statuses.map(|status| tab(say.status(status), false)))
                .collect(),
            all_url: Some("/mine?tab=draft".to_owned()),
            rows: rows.collect(),
            table_url: Some("/api/v1/resources?mine=true&format=xlsx".to_owned()),
            next_url: Some("/mine?cursor=x".to_owned()),
            layout,
        }
    }

    pub(super) fn empty(lang: Lang) -> Self {
        let mut page = Self::sample(lang);
        page.rows.clear();
        page.next_url = None;
        page
    }
}

fn tab(label: String, is_here: bool) -> Tab {
    Tab {
        label,
        url: "/mine".to_owned(),
        is_here,
    }
}

fn mine_row(layout: &Layout, mut card: ResourceCard, status: Status) -> MyResourceRow {
    card.status = Some(StatusMark::of(layout.say, status));
    let is_returned = status == Status::Returned;
    MyResourceRow {
        card,
        review_note: is_returned.then(|| "第 3 页的接线图与正文不一致，请核对 KM3 的触点编号。".to_owned()),
        at_hub: is_returned.then(|| HubRemark {
            heading: Some(layout.say.at_hub_returned()),
            text: "请改标题。".to_owned(),
            is_fault: true,
        }),
        edit_url: "/r/7/edit".to_owned(),
        comments: is_returned.then(|| Link::new(layout.say.open_comments(3), "/r/7#comments")),
        warning: (status == Status::Draft).then(|| Link::new(layout.say.unread_files(1), "/r/7/findability")),
    }
}

impl ProblemPage {
    pub(super) fn sample(lang: Lang) -> Self {
        let layout = guest(lang, "没有这个资源");
        let say = layout.say;
        Self {
            status: 404,
            detail: "它可能已被下架，或只对本校老师可见。登录后再打开这个链接试试。".to_owned(),
            links: vec![Link::new(say.sign_in(), "/sign-in"), Link::new(say.back_home(), "/")],
            request_id: Some("019385f0-6d1e-7c52".to_owned()),
            layout,
        }
    }
}

impl DocsPage {
    pub(super) fn sample(lang: Lang) -> Self {
        let document = json!({
            "info": {"version": "0.1.0", "description": "One.\n\nTwo."},
            "paths": {
                "/api/v1/resources/{id}": {
                    "parameters": [{"$ref": "#/components/parameters/Id"}],
                    "get": {"tags": ["resources"], "summary": "Loads one resource", "responses": {
                        "200": {"description": "It.", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Resource"}}}},
                        "404": {"description": HOSTILE}}},
                    "patch": {"tags": ["resources"], "summary": "Changes it", "requestBody": {"content": {"application/json": {"schema": {"type": "object"}}}}, "responses": {}}
                },
                "/api/v1/search": {"get": {"tags": ["search"], "summary": "Finds", "parameters": [
                    {"name": "q", "in": "query", "schema": {"type": ["string", "null"]}, "description": "What a person types."},
                    {"name": "type", "in": "query", "schema": {"type": "array", "items": {"type": "string"}}}], "responses": {}}}
            },
            "components": {"parameters": {"Id": {"name": "id", "in": "path", "required": true, "schema": {"type": "string"}}}}
        });
        Self::from_openapi(guest(lang, "编程接口"), &document)
    }
}
